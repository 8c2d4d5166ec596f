# How each kind of view is made. A section `.view kind` is the body of a method
#     static Landroid/view/View; make(Landroid/content/Context; context, Ljava/lang/String; text, Z checked)
# in class Lapp/view/<Kind>; only the kinds that an app shows are in its code.

.view text
    .registers 5
    new-instance v0, Landroid/widget/TextView;
    invoke-direct {v0, p0}, Landroid/widget/TextView;-><init>(Landroid/content/Context;)V
    invoke-virtual {v0, p1}, Landroid/widget/TextView;->setText(Ljava/lang/CharSequence;)V
    return-object v0

.view button
    .registers 5
    new-instance v0, Landroid/widget/Button;
    invoke-direct {v0, p0}, Landroid/widget/Button;-><init>(Landroid/content/Context;)V
    invoke-virtual {v0, p1}, Landroid/widget/Button;->setText(Ljava/lang/CharSequence;)V
    return-object v0

.view check
    .registers 5
    new-instance v0, Landroid/widget/CheckBox;
    invoke-direct {v0, p0}, Landroid/widget/CheckBox;-><init>(Landroid/content/Context;)V
    invoke-virtual {v0, p1}, Landroid/widget/CheckBox;->setText(Ljava/lang/CharSequence;)V
    invoke-virtual {v0, p2}, Landroid/widget/CheckBox;->setChecked(Z)V
    return-object v0

.view link
    .registers 5
    new-instance v0, Landroid/widget/TextView;
    invoke-direct {v0, p0}, Landroid/widget/TextView;-><init>(Landroid/content/Context;)V
    invoke-virtual {v0, p1}, Landroid/widget/TextView;->setText(Ljava/lang/CharSequence;)V
    const v1, -0xe17a1c
    invoke-virtual {v0, v1}, Landroid/widget/TextView;->setTextColor(I)V
    const/4 v1, 0x1
    invoke-virtual {v0, v1}, Landroid/widget/TextView;->setClickable(Z)V
    return-object v0

.view input
    .registers 5
    new-instance v0, Landroid/widget/EditText;
    invoke-direct {v0, p0}, Landroid/widget/EditText;-><init>(Landroid/content/Context;)V
    invoke-virtual {v0, p1}, Landroid/widget/EditText;->setHint(Ljava/lang/CharSequence;)V
    return-object v0

.view web
    .registers 9
    new-instance v0, Landroid/webkit/WebView;
    invoke-direct {v0, p0}, Landroid/webkit/WebView;-><init>(Landroid/content/Context;)V
    const/4 v1, 0x0
    move-object v2, p1
    const-string v3, "text/html"
    const-string v4, "utf-8"
    const/4 v5, 0x0
    invoke-virtual/range {v0 .. v5}, Landroid/webkit/WebView;->loadDataWithBaseURL(Ljava/lang/String;Ljava/lang/String;Ljava/lang/String;Ljava/lang/String;Ljava/lang/String;)V
    return-object v0

.view image
    .registers 10
    const/16 v0, 0x2d0
    const/16 v1, 0x168
    sget-object v2, Landroid/graphics/Bitmap$Config;->ARGB_8888:Landroid/graphics/Bitmap$Config;
    invoke-static {v0, v1, v2}, Landroid/graphics/Bitmap;->createBitmap(IILandroid/graphics/Bitmap$Config;)Landroid/graphics/Bitmap;
    move-result-object v0
    new-instance v1, Landroid/graphics/Canvas;
    invoke-direct {v1, v0}, Landroid/graphics/Canvas;-><init>(Landroid/graphics/Bitmap;)V
    const/4 v2, -0x1
    invoke-virtual {v1, v2}, Landroid/graphics/Canvas;->drawColor(I)V
    new-instance v2, Landroid/graphics/Paint;
    invoke-direct {v2}, Landroid/graphics/Paint;-><init>()V
    const/high16 v3, 0x42000000
    invoke-virtual {v2, v3}, Landroid/graphics/Paint;->setTextSize(F)V
    const/high16 v4, 0x41800000
    const/high16 v5, 0x43200000
    invoke-virtual {v1, p1, v4, v5, v2}, Landroid/graphics/Canvas;->drawText(Ljava/lang/String;FFLandroid/graphics/Paint;)V
    new-instance v1, Landroid/widget/ImageView;
    invoke-direct {v1, p0}, Landroid/widget/ImageView;-><init>(Landroid/content/Context;)V
    invoke-virtual {v1, v0}, Landroid/widget/ImageView;->setImageBitmap(Landroid/graphics/Bitmap;)V
    return-object v1
