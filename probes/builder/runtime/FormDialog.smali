# A dialog that shows a form and leaves only by its buttons, or by what its screen says of the Back key.
.class public Lapp/FormDialog;
.super Landroid/app/Dialog;

.field public final screen:I
.field public final form:Lapp/Form;

.method public constructor <init>(Landroid/content/Context;I)V
    .registers 5
    invoke-direct {p0, p1}, Landroid/app/Dialog;-><init>(Landroid/content/Context;)V
    iput p2, p0, Lapp/FormDialog;->screen:I
    const/4 v0, 0x1
    invoke-virtual {p0, v0}, Lapp/FormDialog;->requestWindowFeature(I)Z
    const/4 v0, 0x0
    invoke-virtual {p0, v0}, Lapp/FormDialog;->setCanceledOnTouchOutside(Z)V
    new-instance v0, Lapp/Form;
    invoke-direct {v0, p1}, Lapp/Form;-><init>(Landroid/content/Context;)V
    iput-object v0, p0, Lapp/FormDialog;->form:Lapp/Form;
    invoke-static {v0, p2}, Lapp/Calls;->fill(Lapp/Form;I)V
    iget-object v1, v0, Lapp/Form;->root:Landroid/widget/ScrollView;
    invoke-virtual {p0, v1}, Lapp/FormDialog;->setContentView(Landroid/view/View;)V
    return-void
.end method

.method public onBackPressed()V
    .registers 2
    iget v0, p0, Lapp/FormDialog;->screen:I
    invoke-static {v0}, Lapp/Calls;->backList(I)I
    move-result v0
    if-ltz v0, :stay
    invoke-static {v0}, Lapp/Calls;->run(I)V
    :stay
    return-void
.end method
