# Alarms name the list that they run.
.class public Lapp/AlarmReceiver;
.super Landroid/content/BroadcastReceiver;

.method public constructor <init>()V
    .registers 1
    invoke-direct {p0}, Landroid/content/BroadcastReceiver;-><init>()V
    return-void
.end method

.method public static pending(I)Landroid/app/PendingIntent;
    .registers 4
    const-string v0, "AlarmReceiver"
    invoke-static {v0}, Lapp/App;->intent(Ljava/lang/String;)Landroid/content/Intent;
    move-result-object v0
    const-string v1, "list"
    invoke-virtual {v0, v1, p0}, Landroid/content/Intent;->putExtra(Ljava/lang/String;I)Landroid/content/Intent;
    sget-object v1, Lapp/App;->context:Landroid/content/Context;
    const/high16 v2, 0xc000000
    invoke-static {v1, p0, v0, v2}, Landroid/app/PendingIntent;->getBroadcast(Landroid/content/Context;ILandroid/content/Intent;I)Landroid/app/PendingIntent;
    move-result-object v0
    return-object v0
.end method

.method public onReceive(Landroid/content/Context;Landroid/content/Intent;)V
    .registers 5
    const-string v0, "list"
    const/4 v1, -0x1
    invoke-virtual {p2, v0, v1}, Landroid/content/Intent;->getIntExtra(Ljava/lang/String;I)I
    move-result v0
    invoke-static {v0}, Lapp/Calls;->run(I)V
    return-void
.end method
