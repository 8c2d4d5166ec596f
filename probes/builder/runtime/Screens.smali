# What is on the screen: a stack of pages, and dialogs over them.
.class public Lapp/Screens;
.super Ljava/lang/Object;

.field static pages:Ljava/util/ArrayList;
.field static dialogs:Ljava/util/ArrayList;
.field static form:Lapp/Form;

.method public static reset()V
    .registers 1
    new-instance v0, Ljava/util/ArrayList;
    invoke-direct {v0}, Ljava/util/ArrayList;-><init>()V
    sput-object v0, Lapp/Screens;->pages:Ljava/util/ArrayList;
    new-instance v0, Ljava/util/ArrayList;
    invoke-direct {v0}, Ljava/util/ArrayList;-><init>()V
    sput-object v0, Lapp/Screens;->dialogs:Ljava/util/ArrayList;
    const/4 v0, 0x0
    sput-object v0, Lapp/Screens;->form:Lapp/Form;
    return-void
.end method

.method public static close()V
    .registers 2
    :next
    sget-object v0, Lapp/Screens;->dialogs:Ljava/util/ArrayList;
    invoke-virtual {v0}, Ljava/util/ArrayList;->isEmpty()Z
    move-result v0
    if-nez v0, :done
    invoke-static {}, Lapp/Screens;->dismiss()V
    goto :next
    :done
    return-void
.end method

.method public static showPage(I)V
    .registers 3
    sget-object v0, Lapp/MainActivity;->current:Lapp/MainActivity;
    if-eqz v0, :none
    sget-object v0, Lapp/Screens;->pages:Ljava/util/ArrayList;
    invoke-static {p0}, Ljava/lang/Integer;->valueOf(I)Ljava/lang/Integer;
    move-result-object v1
    invoke-virtual {v0, v1}, Ljava/util/ArrayList;->add(Ljava/lang/Object;)Z
    invoke-static {p0}, Lapp/Screens;->draw(I)V
    :none
    return-void
.end method

.method static draw(I)V
    .registers 4
    sget-object v0, Lapp/MainActivity;->current:Lapp/MainActivity;
    new-instance v1, Lapp/Form;
    invoke-direct {v1, v0}, Lapp/Form;-><init>(Landroid/content/Context;)V
    sput-object v1, Lapp/Screens;->form:Lapp/Form;
    invoke-static {v1, p0}, Lapp/Calls;->fill(Lapp/Form;I)V
    iget-object v2, v1, Lapp/Form;->root:Landroid/widget/ScrollView;
    invoke-virtual {v0, v2}, Lapp/MainActivity;->setContentView(Landroid/view/View;)V
    return-void
.end method

.method public static showDialog(I)V
    .registers 6
    sget-object v0, Lapp/MainActivity;->current:Lapp/MainActivity;
    if-eqz v0, :done
    sget-object v1, Lapp/Screens;->dialogs:Ljava/util/ArrayList;
    invoke-virtual {v1}, Ljava/util/ArrayList;->size()I
    move-result v2
    :next
    add-int/lit8 v2, v2, -0x1
    if-ltz v2, :fresh
    invoke-virtual {v1, v2}, Ljava/util/ArrayList;->get(I)Ljava/lang/Object;
    move-result-object v3
    check-cast v3, Lapp/FormDialog;
    iget v4, v3, Lapp/FormDialog;->screen:I
    if-eq v4, p0, :done
    goto :next
    :fresh
    new-instance v3, Lapp/FormDialog;
    invoke-direct {v3, v0, p0}, Lapp/FormDialog;-><init>(Landroid/content/Context;I)V
    invoke-virtual {v1, v3}, Ljava/util/ArrayList;->add(Ljava/lang/Object;)Z
    invoke-virtual {v3}, Lapp/FormDialog;->show()V
    :done
    return-void
.end method

.method public static dismiss()V
    .registers 3
    sget-object v0, Lapp/MainActivity;->current:Lapp/MainActivity;
    if-eqz v0, :none
    sget-object v0, Lapp/Screens;->dialogs:Ljava/util/ArrayList;
    invoke-virtual {v0}, Ljava/util/ArrayList;->size()I
    move-result v1
    if-eqz v1, :none
    add-int/lit8 v1, v1, -0x1
    invoke-virtual {v0, v1}, Ljava/util/ArrayList;->remove(I)Ljava/lang/Object;
    move-result-object v2
    check-cast v2, Landroid/app/Dialog;
    invoke-virtual {v2}, Landroid/app/Dialog;->dismiss()V
    :none
    return-void
.end method

.method public static back()V
    .registers 4
    sget-object v0, Lapp/MainActivity;->current:Lapp/MainActivity;
    if-eqz v0, :none
    sget-object v1, Lapp/Screens;->pages:Ljava/util/ArrayList;
    invoke-virtual {v1}, Ljava/util/ArrayList;->size()I
    move-result v2
    const/4 v3, 0x1
    if-gt v2, v3, :more
    invoke-virtual {v0}, Lapp/MainActivity;->finish()V
    return-void
    :more
    add-int/lit8 v2, v2, -0x1
    invoke-virtual {v1, v2}, Ljava/util/ArrayList;->remove(I)Ljava/lang/Object;
    invoke-static {}, Lapp/Screens;->top()I
    move-result v2
    invoke-static {v2}, Lapp/Screens;->draw(I)V
    :none
    return-void
.end method

# The page in front, -1 if none.
.method static top()I
    .registers 3
    sget-object v0, Lapp/Screens;->pages:Ljava/util/ArrayList;
    invoke-virtual {v0}, Ljava/util/ArrayList;->size()I
    move-result v1
    add-int/lit8 v1, v1, -0x1
    if-gez v1, :some
    return v1
    :some
    invoke-virtual {v0, v1}, Ljava/util/ArrayList;->get(I)Ljava/lang/Object;
    move-result-object v0
    check-cast v0, Ljava/lang/Integer;
    invoke-virtual {v0}, Ljava/lang/Integer;->intValue()I
    move-result v0
    return v0
.end method

.method public static backKey()V
    .registers 2
    invoke-static {}, Lapp/Screens;->top()I
    move-result v0
    invoke-static {v0}, Lapp/Calls;->backList(I)I
    move-result v0
    if-ltz v0, :plain
    invoke-static {v0}, Lapp/Calls;->run(I)V
    return-void
    :plain
    invoke-static {}, Lapp/Screens;->back()V
    return-void
.end method

# Whether the check box of that id is ticked, in the front dialog first, then on the page.
.method public static checked(Ljava/lang/String;)Z
    .registers 5
    const/4 v3, 0x0
    sget-object v0, Lapp/MainActivity;->current:Lapp/MainActivity;
    if-eqz v0, :no
    sget-object v0, Lapp/Screens;->dialogs:Ljava/util/ArrayList;
    invoke-virtual {v0}, Ljava/util/ArrayList;->size()I
    move-result v1
    :next
    add-int/lit8 v1, v1, -0x1
    if-ltz v1, :page
    invoke-virtual {v0, v1}, Ljava/util/ArrayList;->get(I)Ljava/lang/Object;
    move-result-object v2
    check-cast v2, Lapp/FormDialog;
    iget-object v2, v2, Lapp/FormDialog;->form:Lapp/Form;
    invoke-virtual {v2, p0}, Lapp/Form;->box(Ljava/lang/String;)Landroid/widget/CheckBox;
    move-result-object v2
    if-nez v2, :found
    goto :next
    :page
    sget-object v2, Lapp/Screens;->form:Lapp/Form;
    if-eqz v2, :no
    invoke-virtual {v2, p0}, Lapp/Form;->box(Ljava/lang/String;)Landroid/widget/CheckBox;
    move-result-object v2
    if-eqz v2, :no
    :found
    invoke-virtual {v2}, Landroid/widget/CheckBox;->isChecked()Z
    move-result v3
    :no
    return v3
.end method
