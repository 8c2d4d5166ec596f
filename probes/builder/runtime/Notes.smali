.class public Lapp/Notes;
.super Ljava/lang/Object;

# channel(id, name)
.method public static channel(Ljava/lang/String;Ljava/lang/String;)V
    .registers 5
    const/16 v0, 0x1a
    invoke-static {v0}, Lapp/Guard;->api(I)Z
    move-result v0
    if-eqz v0, :old
    new-instance v0, Landroid/app/NotificationChannel;
    const/4 v1, 0x3
    invoke-direct {v0, p0, p1, v1}, Landroid/app/NotificationChannel;-><init>(Ljava/lang/String;Ljava/lang/CharSequence;I)V
    const-string v1, "notification"
    invoke-static {v1}, Lapp/App;->service(Ljava/lang/String;)Ljava/lang/Object;
    move-result-object v1
    check-cast v1, Landroid/app/NotificationManager;
    invoke-virtual {v1, v0}, Landroid/app/NotificationManager;->createNotificationChannel(Landroid/app/NotificationChannel;)V
    :old
    return-void
.end method

# build(channel, text); a tap on it opens the app.
.method public static build(Ljava/lang/String;Ljava/lang/String;)Landroid/app/Notification;
    .registers 8
    sget-object v0, Lapp/App;->context:Landroid/content/Context;
    new-instance v1, Landroid/app/Notification$Builder;
    invoke-direct {v1, v0}, Landroid/app/Notification$Builder;-><init>(Landroid/content/Context;)V
    invoke-virtual {v1, p1}, Landroid/app/Notification$Builder;->setContentTitle(Ljava/lang/CharSequence;)Landroid/app/Notification$Builder;
    const v2, 0x108009b
    invoke-virtual {v1, v2}, Landroid/app/Notification$Builder;->setSmallIcon(I)Landroid/app/Notification$Builder;
    const-string v2, "MainActivity"
    invoke-static {v2}, Lapp/App;->intent(Ljava/lang/String;)Landroid/content/Intent;
    move-result-object v2
    const/4 v3, 0x0
    const/high16 v4, 0x4000000
    invoke-static {v0, v3, v2, v4}, Landroid/app/PendingIntent;->getActivity(Landroid/content/Context;ILandroid/content/Intent;I)Landroid/app/PendingIntent;
    move-result-object v2
    invoke-virtual {v1, v2}, Landroid/app/Notification$Builder;->setContentIntent(Landroid/app/PendingIntent;)Landroid/app/Notification$Builder;
    const/16 v2, 0x1a
    invoke-static {v2}, Lapp/Guard;->api(I)Z
    move-result v2
    if-eqz v2, :old
    invoke-virtual {v1, p0}, Landroid/app/Notification$Builder;->setChannelId(Ljava/lang/String;)Landroid/app/Notification$Builder;
    :old
    invoke-virtual {v1}, Landroid/app/Notification$Builder;->build()Landroid/app/Notification;
    move-result-object v0
    return-object v0
.end method
