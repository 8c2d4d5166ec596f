.class public Lapp/Tap;
.super Ljava/lang/Object;
.implements Landroid/view/View$OnClickListener;

.field final list:I

.method public constructor <init>(I)V
    .registers 2
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    iput p1, p0, Lapp/Tap;->list:I
    return-void
.end method

.method public onClick(Landroid/view/View;)V
    .registers 3
    iget v0, p0, Lapp/Tap;->list:I
    invoke-static {v0}, Lapp/Calls;->run(I)V
    return-void
.end method
