# The app's one activity: hands its life on to the lists 1 (launch), 2 (resume), 3 (background).
.class public Lapp/MainActivity;
.super Landroid/app/Activity;

.field public static current:Lapp/MainActivity;

.method public constructor <init>()V
    .registers 1
    invoke-direct {p0}, Landroid/app/Activity;-><init>()V
    return-void
.end method

.method protected onCreate(Landroid/os/Bundle;)V
    .registers 3
    invoke-super {p0, p1}, Landroid/app/Activity;->onCreate(Landroid/os/Bundle;)V
    sput-object p0, Lapp/MainActivity;->current:Lapp/MainActivity;
    invoke-static {}, Lapp/Screens;->reset()V
    const/4 v0, 0x1
    invoke-static {v0}, Lapp/Calls;->run(I)V
    return-void
.end method

.method protected onResume()V
    .registers 2
    invoke-super {p0}, Landroid/app/Activity;->onResume()V
    const/4 v0, 0x2
    invoke-static {v0}, Lapp/Calls;->run(I)V
    return-void
.end method

.method protected onStop()V
    .registers 2
    invoke-super {p0}, Landroid/app/Activity;->onStop()V
    const/4 v0, 0x3
    invoke-static {v0}, Lapp/Calls;->run(I)V
    return-void
.end method

.method protected onDestroy()V
    .registers 2
    sget-object v0, Lapp/MainActivity;->current:Lapp/MainActivity;
    if-ne v0, p0, :other
    invoke-static {}, Lapp/Screens;->close()V
    const/4 v0, 0x0
    sput-object v0, Lapp/MainActivity;->current:Lapp/MainActivity;
    :other
    invoke-super {p0}, Landroid/app/Activity;->onDestroy()V
    return-void
.end method

.method public onBackPressed()V
    .registers 1
    invoke-static {}, Lapp/Screens;->backKey()V
    return-void
.end method

.method public onRequestPermissionsResult(I[Ljava/lang/String;[I)V
    .registers 8
    const/4 v0, 0x0
    array-length v1, p2
    :next
    if-ge v0, v1, :done
    aget-object v2, p2, v0
    aget v3, p3, v0
    invoke-static {v2, v3}, Lapp/Calls;->answer(Ljava/lang/String;I)V
    add-int/lit8 v0, v0, 0x1
    goto :next
    :done
    return-void
.end method
