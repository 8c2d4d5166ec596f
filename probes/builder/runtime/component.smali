# Components that a source names, one class each: @Class@ and the lists are filled in.

.component receiver
.class public Lapp/@Class@;
.super Landroid/content/BroadcastReceiver;

.method public constructor <init>()V
    .registers 1
    invoke-direct {p0}, Landroid/content/BroadcastReceiver;-><init>()V
    return-void
.end method

.method public onReceive(Landroid/content/Context;Landroid/content/Intent;)V
    .registers 4
    const/16 v0, @calls@
    invoke-static {v0}, Lapp/Calls;->run(I)V
    return-void
.end method

.component service
.class public Lapp/@Class@;
.super Landroid/app/Service;

.method public constructor <init>()V
    .registers 1
    invoke-direct {p0}, Landroid/app/Service;-><init>()V
    return-void
.end method

.method public onBind(Landroid/content/Intent;)Landroid/os/IBinder;
    .registers 3
    const/4 v0, 0x0
    return-object v0
.end method

.method public onCreate()V
    .registers 2
    invoke-super {p0}, Landroid/app/Service;->onCreate()V
    const/16 v0, @create@
    invoke-static {v0}, Lapp/Calls;->run(I)V
    return-void
.end method

.method public onStartCommand(Landroid/content/Intent;II)I
    .registers 7
@foreground@
    const/16 v0, @start@
    invoke-static {v0}, Lapp/Calls;->run(I)V
    const/4 v0, @sticky@
    return v0
.end method

.method public onTaskRemoved(Landroid/content/Intent;)V
    .registers 4
    invoke-super {p0, p1}, Landroid/app/Service;->onTaskRemoved(Landroid/content/Intent;)V
    const/16 v0, @task_removed@
    invoke-static {v0}, Lapp/Calls;->run(I)V
    return-void
.end method

.component foreground
    const-string v0, "service"
    const-string v1, "@label@"
    invoke-static {v0, v1}, Lapp/Notes;->channel(Ljava/lang/String;Ljava/lang/String;)V
    invoke-static {v0, v1}, Lapp/Notes;->build(Ljava/lang/String;Ljava/lang/String;)Landroid/app/Notification;
    move-result-object v0
    const/4 v1, 0x2
    invoke-virtual {p0, v1, v0}, Landroid/app/Service;->startForeground(ILandroid/app/Notification;)V
