# Views below one another in a scrolling column; neighbours of one row share a line.
.class public Lapp/Form;
.super Ljava/lang/Object;

.field public final root:Landroid/widget/ScrollView;
.field public final column:Landroid/widget/LinearLayout;
.field final context:Landroid/content/Context;
.field final views:Ljava/util/HashMap;
.field line:Landroid/widget/LinearLayout;
.field row:Ljava/lang/String;

.method public constructor <init>(Landroid/content/Context;)V
    .registers 5
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    iput-object p1, p0, Lapp/Form;->context:Landroid/content/Context;
    new-instance v0, Ljava/util/HashMap;
    invoke-direct {v0}, Ljava/util/HashMap;-><init>()V
    iput-object v0, p0, Lapp/Form;->views:Ljava/util/HashMap;
    new-instance v0, Landroid/widget/ScrollView;
    invoke-direct {v0, p1}, Landroid/widget/ScrollView;-><init>(Landroid/content/Context;)V
    iput-object v0, p0, Lapp/Form;->root:Landroid/widget/ScrollView;
    new-instance v1, Landroid/widget/LinearLayout;
    invoke-direct {v1, p1}, Landroid/widget/LinearLayout;-><init>(Landroid/content/Context;)V
    const/4 v2, 0x1
    invoke-virtual {v1, v2}, Landroid/widget/LinearLayout;->setOrientation(I)V
    const/16 v2, 0x18
    invoke-virtual {v1, v2, v2, v2, v2}, Landroid/widget/LinearLayout;->setPadding(IIII)V
    iput-object v1, p0, Lapp/Form;->column:Landroid/widget/LinearLayout;
    invoke-virtual {v0, v1}, Landroid/widget/ScrollView;->addView(Landroid/view/View;)V
    return-void
.end method

.method public box(Ljava/lang/String;)Landroid/widget/CheckBox;
    .registers 4
    iget-object v0, p0, Lapp/Form;->views:Ljava/util/HashMap;
    invoke-virtual {v0, p1}, Ljava/util/HashMap;->get(Ljava/lang/Object;)Ljava/lang/Object;
    move-result-object v0
    instance-of v1, v0, Landroid/widget/CheckBox;
    if-eqz v1, :none
    check-cast v0, Landroid/widget/CheckBox;
    return-object v0
    :none
    const/4 v0, 0x0
    return-object v0
.end method

# add(view, id, row ("" for none), list run by a tap (below 0: none))
.method public add(Landroid/view/View;Ljava/lang/String;Ljava/lang/String;I)V
    .registers 10
    iget-object v0, p0, Lapp/Form;->context:Landroid/content/Context;
    invoke-virtual {v0}, Landroid/content/Context;->getResources()Landroid/content/res/Resources;
    move-result-object v1
    const-string v2, "id"
    const-string v3, "@package@"
    invoke-virtual {v1, p2, v2, v3}, Landroid/content/res/Resources;->getIdentifier(Ljava/lang/String;Ljava/lang/String;Ljava/lang/String;)I
    move-result v1
    invoke-virtual {p1, v1}, Landroid/view/View;->setId(I)V
    iget-object v1, p0, Lapp/Form;->views:Ljava/util/HashMap;
    invoke-virtual {v1, p2, p1}, Ljava/util/HashMap;->put(Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    if-ltz p4, :still
    new-instance v1, Lapp/Tap;
    invoke-direct {v1, p4}, Lapp/Tap;-><init>(I)V
    invoke-virtual {p1, v1}, Landroid/view/View;->setOnClickListener(Landroid/view/View$OnClickListener;)V
    :still
    invoke-virtual {p3}, Ljava/lang/String;->length()I
    move-result v1
    if-nez v1, :shared
    const/4 v1, 0x0
    iput-object v1, p0, Lapp/Form;->row:Ljava/lang/String;
    iget-object v0, p0, Lapp/Form;->column:Landroid/widget/LinearLayout;
    const/4 v1, -0x1
    const/4 v2, -0x2
    new-instance v3, Landroid/widget/LinearLayout$LayoutParams;
    invoke-direct {v3, v1, v2}, Landroid/widget/LinearLayout$LayoutParams;-><init>(II)V
    invoke-virtual {v0, p1, v3}, Landroid/widget/LinearLayout;->addView(Landroid/view/View;Landroid/view/ViewGroup$LayoutParams;)V
    return-void
    :shared
    iget-object v1, p0, Lapp/Form;->row:Ljava/lang/String;
    invoke-virtual {p3, v1}, Ljava/lang/String;->equals(Ljava/lang/Object;)Z
    move-result v1
    if-nez v1, :same
    iput-object p3, p0, Lapp/Form;->row:Ljava/lang/String;
    new-instance v1, Landroid/widget/LinearLayout;
    invoke-direct {v1, v0}, Landroid/widget/LinearLayout;-><init>(Landroid/content/Context;)V
    iput-object v1, p0, Lapp/Form;->line:Landroid/widget/LinearLayout;
    iget-object v0, p0, Lapp/Form;->column:Landroid/widget/LinearLayout;
    invoke-virtual {v0, v1}, Landroid/widget/LinearLayout;->addView(Landroid/view/View;)V
    :same
    iget-object v0, p0, Lapp/Form;->line:Landroid/widget/LinearLayout;
    const/4 v1, 0x0
    const/4 v2, -0x2
    const/high16 v4, 0x3f800000
    new-instance v3, Landroid/widget/LinearLayout$LayoutParams;
    invoke-direct {v3, v1, v2, v4}, Landroid/widget/LinearLayout$LayoutParams;-><init>(IIF)V
    invoke-virtual {v0, p1, v3}, Landroid/widget/LinearLayout;->addView(Landroid/view/View;Landroid/view/ViewGroup$LayoutParams;)V
    return-void
.end method
