# A line whose text changes every 100 ms, so that the screen is never idle.
.class public Lapp/Busy;
.super Ljava/lang/Object;
.implements Ljava/lang/Runnable;

.field final line:Landroid/widget/TextView;
.field left:I

.method constructor <init>(Landroid/widget/TextView;I)V
    .registers 3
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    iput-object p1, p0, Lapp/Busy;->line:Landroid/widget/TextView;
    iput p2, p0, Lapp/Busy;->left:I
    return-void
.end method

# start(for_ms): 0 is for ever.
.method public static start(I)V
    .registers 4
    sget-object v0, Lapp/MainActivity;->current:Lapp/MainActivity;
    if-eqz v0, :none
    sget-object v1, Lapp/Screens;->form:Lapp/Form;
    if-eqz v1, :none
    new-instance v2, Landroid/widget/TextView;
    invoke-direct {v2, v0}, Landroid/widget/TextView;-><init>(Landroid/content/Context;)V
    iget-object v0, v1, Lapp/Form;->column:Landroid/widget/LinearLayout;
    invoke-virtual {v0, v2}, Landroid/widget/LinearLayout;->addView(Landroid/view/View;)V
    new-instance v0, Lapp/Busy;
    div-int/lit8 p0, p0, 0x64
    invoke-direct {v0, v2, p0}, Lapp/Busy;-><init>(Landroid/widget/TextView;I)V
    invoke-virtual {v0}, Lapp/Busy;->run()V
    :none
    return-void
.end method

.method public run()V
    .registers 4
    iget v0, p0, Lapp/Busy;->left:I
    add-int/lit8 v0, v0, -0x1
    iput v0, p0, Lapp/Busy;->left:I
    invoke-static {v0}, Ljava/lang/String;->valueOf(I)Ljava/lang/String;
    move-result-object v1
    iget-object v2, p0, Lapp/Busy;->line:Landroid/widget/TextView;
    invoke-virtual {v2, v1}, Landroid/widget/TextView;->setText(Ljava/lang/CharSequence;)V
    if-eqz v0, :done
    const/16 v1, 0x64
    invoke-static {p0, v1}, Lapp/Timer;->post(Ljava/lang/Runnable;I)V
    :done
    return-void
.end method
