# A view that keeps what lies in it to itself: eyes and fingers find it, accessibility and uiautomator do not.
.class public Lapp/Drawn;
.super Landroid/widget/FrameLayout;

.method public constructor <init>(Landroid/content/Context;)V
    .registers 2
    invoke-direct {p0, p1}, Landroid/widget/FrameLayout;-><init>(Landroid/content/Context;)V
    return-void
.end method

.method public addChildrenForAccessibility(Ljava/util/ArrayList;)V
    .registers 2
    return-void
.end method

# cover(form): all of the form's column.
.method public static cover(Lapp/Form;)V
    .registers 4
    iget-object v0, p0, Lapp/Form;->root:Landroid/widget/ScrollView;
    iget-object v1, p0, Lapp/Form;->column:Landroid/widget/LinearLayout;
    invoke-virtual {v0, v1}, Landroid/widget/ScrollView;->removeView(Landroid/view/View;)V
    new-instance v2, Lapp/Drawn;
    iget-object p0, p0, Lapp/Form;->context:Landroid/content/Context;
    invoke-direct {v2, p0}, Lapp/Drawn;-><init>(Landroid/content/Context;)V
    invoke-virtual {v2, v1}, Lapp/Drawn;->addView(Landroid/view/View;)V
    invoke-virtual {v0, v2}, Landroid/widget/ScrollView;->addView(Landroid/view/View;)V
    return-void
.end method
