# A call that is due later, or again and again (left: how often still, below 0 for ever).
.class public Lapp/Timer;
.super Ljava/lang/Object;
.implements Ljava/lang/Runnable;

.field final list:I
.field final every:I
.field left:I

.method public constructor <init>(III)V
    .registers 4
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    iput p1, p0, Lapp/Timer;->list:I
    iput p2, p0, Lapp/Timer;->every:I
    iput p3, p0, Lapp/Timer;->left:I
    return-void
.end method

# start(list, after_ms, every_ms, times)
.method public static start(IIII)V
    .registers 5
    new-instance v0, Lapp/Timer;
    invoke-direct {v0, p0, p2, p3}, Lapp/Timer;-><init>(III)V
    invoke-static {v0, p1}, Lapp/Timer;->post(Ljava/lang/Runnable;I)V
    return-void
.end method

.method public static post(Ljava/lang/Runnable;I)V
    .registers 5
    new-instance v0, Landroid/os/Handler;
    invoke-static {}, Landroid/os/Looper;->getMainLooper()Landroid/os/Looper;
    move-result-object v1
    invoke-direct {v0, v1}, Landroid/os/Handler;-><init>(Landroid/os/Looper;)V
    int-to-long v1, p1
    invoke-virtual {v0, p0, v1, v2}, Landroid/os/Handler;->postDelayed(Ljava/lang/Runnable;J)Z
    return-void
.end method

.method public run()V
    .registers 3
    iget v0, p0, Lapp/Timer;->list:I
    invoke-static {v0}, Lapp/Calls;->run(I)V
    iget v0, p0, Lapp/Timer;->every:I
    if-lez v0, :done
    iget v1, p0, Lapp/Timer;->left:I
    add-int/lit8 v1, v1, -0x1
    iput v1, p0, Lapp/Timer;->left:I
    if-eqz v1, :done
    invoke-static {p0, v0}, Lapp/Timer;->post(Ljava/lang/Runnable;I)V
    :done
    return-void
.end method
