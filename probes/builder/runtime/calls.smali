# What each call of schemas/BEHAVIOUR.md does. A section `.call name(parameter types)` is the body of the method
#     static run(parameters)V
# in class Lapp/call/<Name>; only the calls that an app makes are in its code. A body falls through to its end, or
# jumps to :skip; `quiet` bodies catch every Exception, as apps do around what may be refused.

.call exit()
    .registers 1
    const/4 v0, 0x0
    invoke-static {v0}, Ljava/lang/System;->exit(I)V

.call kill()
    .registers 1
    invoke-static {}, Landroid/os/Process;->myPid()I
    move-result v0
    invoke-static {v0}, Landroid/os/Process;->killProcess(I)V

.call crash(Ljava/lang/String;)
    .registers 2
    new-instance v0, Ljava/lang/RuntimeException;
    invoke-direct {v0, p0}, Ljava/lang/RuntimeException;-><init>(Ljava/lang/String;)V
    throw v0

.call dismiss()
    .registers 0
    invoke-static {}, Lapp/Screens;->dismiss()V

.call back()
    .registers 0
    invoke-static {}, Lapp/Screens;->back()V

.call finish()
    .registers 1
    sget-object v0, Lapp/MainActivity;->current:Lapp/MainActivity;
    if-eqz v0, :skip
    invoke-virtual {v0}, Landroid/app/Activity;->finish()V

.call to_background()
    .registers 2
    sget-object v0, Lapp/MainActivity;->current:Lapp/MainActivity;
    if-eqz v0, :skip
    const/4 v1, 0x1
    invoke-virtual {v0, v1}, Landroid/app/Activity;->moveTaskToBack(Z)Z

.call toast(Ljava/lang/String;)
    .registers 3
    sget-object v0, Lapp/App;->context:Landroid/content/Context;
    const/4 v1, 0x1
    invoke-static {v0, p0, v1}, Landroid/widget/Toast;->makeText(Landroid/content/Context;Ljava/lang/CharSequence;I)Landroid/widget/Toast;
    move-result-object v0
    invoke-virtual {v0}, Landroid/widget/Toast;->show()V

.call busy(I)
    .registers 2
    invoke-static {p0}, Lapp/Busy;->start(I)V

.call log(Ljava/lang/String;)
    .registers 2
    const-string v0, "probe"
    invoke-static {v0, p0}, Landroid/util/Log;->i(Ljava/lang/String;Ljava/lang/String;)I

.call open_url(Ljava/lang/String;) quiet
    .registers 5
    sget-object v0, Lapp/MainActivity;->current:Lapp/MainActivity;
    if-eqz v0, :skip
    invoke-static {p0}, Landroid/net/Uri;->parse(Ljava/lang/String;)Landroid/net/Uri;
    move-result-object v1
    new-instance v2, Landroid/content/Intent;
    const-string v3, "android.intent.action.VIEW"
    invoke-direct {v2, v3, v1}, Landroid/content/Intent;-><init>(Ljava/lang/String;Landroid/net/Uri;)V
    invoke-virtual {v0, v2}, Landroid/app/Activity;->startActivity(Landroid/content/Intent;)V

.call open_settings(Ljava/lang/String;) quiet
    .registers 5
    sget-object v0, Lapp/MainActivity;->current:Lapp/MainActivity;
    if-eqz v0, :skip
    new-instance v1, Landroid/content/Intent;
    const-string v2, "app"
    invoke-virtual {v2, p0}, Ljava/lang/String;->equals(Ljava/lang/Object;)Z
    move-result v2
    if-nez v2, :own
    invoke-direct {v1, p0}, Landroid/content/Intent;-><init>(Ljava/lang/String;)V
    goto :go
    :own
    const-string v2, "package:@package@"
    invoke-static {v2}, Landroid/net/Uri;->parse(Ljava/lang/String;)Landroid/net/Uri;
    move-result-object v2
    const-string v3, "android.settings.APPLICATION_DETAILS_SETTINGS"
    invoke-direct {v1, v3, v2}, Landroid/content/Intent;-><init>(Ljava/lang/String;Landroid/net/Uri;)V
    :go
    invoke-virtual {v0, v1}, Landroid/app/Activity;->startActivity(Landroid/content/Intent;)V

.call start_activity(Ljava/lang/String;Ljava/lang/String;) quiet
    .registers 5
    sget-object v0, Lapp/App;->context:Landroid/content/Context;
    invoke-virtual {p0}, Ljava/lang/String;->isEmpty()Z
    move-result v1
    if-nez v1, :component
    invoke-virtual {v0}, Landroid/content/Context;->getPackageManager()Landroid/content/pm/PackageManager;
    move-result-object v1
    invoke-virtual {v1, p0}, Landroid/content/pm/PackageManager;->getLaunchIntentForPackage(Ljava/lang/String;)Landroid/content/Intent;
    move-result-object v1
    if-eqz v1, :skip
    goto :go
    :component
    new-instance v1, Landroid/content/Intent;
    invoke-direct {v1}, Landroid/content/Intent;-><init>()V
    invoke-static {p1}, Landroid/content/ComponentName;->unflattenFromString(Ljava/lang/String;)Landroid/content/ComponentName;
    move-result-object v2
    invoke-virtual {v1, v2}, Landroid/content/Intent;->setComponent(Landroid/content/ComponentName;)Landroid/content/Intent;
    :go
    const/high16 v2, 0x10000000
    invoke-virtual {v1, v2}, Landroid/content/Intent;->addFlags(I)Landroid/content/Intent;
    invoke-virtual {v0, v1}, Landroid/content/Context;->startActivity(Landroid/content/Intent;)V

.call send_broadcast(Ljava/lang/String;Ljava/lang/String;) quiet
    .registers 5
    sget-object v0, Lapp/App;->context:Landroid/content/Context;
    new-instance v1, Landroid/content/Intent;
    invoke-direct {v1, p0}, Landroid/content/Intent;-><init>(Ljava/lang/String;)V
    invoke-virtual {p1}, Ljava/lang/String;->isEmpty()Z
    move-result v2
    if-nez v2, :all
    invoke-virtual {v1, p1}, Landroid/content/Intent;->setPackage(Ljava/lang/String;)Landroid/content/Intent;
    :all
    invoke-virtual {v0, v1}, Landroid/content/Context;->sendBroadcast(Landroid/content/Intent;)V

.call set(Ljava/lang/String;Ljava/lang/String;)
    .registers 2
    invoke-static {p0, p1}, Lapp/Prefs;->set(Ljava/lang/String;Ljava/lang/String;)V

.call count(Ljava/lang/String;)
    .registers 3
    invoke-static {p0}, Lapp/Prefs;->get(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    const-string v1, "0"
    invoke-virtual {v1, v0}, Ljava/lang/String;->concat(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Ljava/lang/Integer;->parseInt(Ljava/lang/String;)I
    move-result v0
    add-int/lit8 v0, v0, 0x1
    invoke-static {v0}, Ljava/lang/String;->valueOf(I)Ljava/lang/String;
    move-result-object v0
    invoke-static {p0, v0}, Lapp/Prefs;->set(Ljava/lang/String;Ljava/lang/String;)V

.call stamp(Ljava/lang/String;)
    .registers 4
    invoke-static {}, Ljava/lang/System;->currentTimeMillis()J
    move-result-wide v0
    invoke-static {v0, v1}, Ljava/lang/String;->valueOf(J)Ljava/lang/String;
    move-result-object v0
    invoke-static {p0, v0}, Lapp/Prefs;->set(Ljava/lang/String;Ljava/lang/String;)V

.call request_permissions(Ljava/lang/String;)
    .registers 6
    sget-object v0, Lapp/MainActivity;->current:Lapp/MainActivity;
    if-eqz v0, :skip
    const-string v1, ","
    invoke-virtual {p0, v1}, Ljava/lang/String;->split(Ljava/lang/String;)[Ljava/lang/String;
    move-result-object v1
    const/16 v2, 0x17
    invoke-static {v2}, Lapp/Guard;->api(I)Z
    move-result v3
    if-eqz v3, :old
    invoke-virtual {v0, v1, v2}, Landroid/app/Activity;->requestPermissions([Ljava/lang/String;I)V
    goto :skip
    :old
    new-instance v2, Lapp/OldAnswer;
    invoke-direct {v2, v1}, Lapp/OldAnswer;-><init>([Ljava/lang/String;)V
    const/4 v3, 0x0
    invoke-static {v2, v3}, Lapp/Timer;->post(Ljava/lang/Runnable;I)V

.call read_clipboard() quiet
    .registers 1
    const-string v0, "clipboard"
    invoke-static {v0}, Lapp/App;->service(Ljava/lang/String;)Ljava/lang/Object;
    move-result-object v0
    check-cast v0, Landroid/content/ClipboardManager;
    invoke-virtual {v0}, Landroid/content/ClipboardManager;->getPrimaryClip()Landroid/content/ClipData;

.call query_usage_stats() quiet
    .registers 8
    const/16 v0, 0x15
    invoke-static {v0}, Lapp/Guard;->api(I)Z
    move-result v0
    if-eqz v0, :skip
    const-string v0, "usagestats"
    invoke-static {v0}, Lapp/App;->service(Ljava/lang/String;)Ljava/lang/Object;
    move-result-object v0
    check-cast v0, Landroid/app/usage/UsageStatsManager;
    const/4 v1, 0x0
    invoke-static {}, Ljava/lang/System;->currentTimeMillis()J
    move-result-wide v4
    const-wide/32 v2, 0x5265c00
    sub-long v2, v4, v2
    invoke-virtual/range {v0 .. v5}, Landroid/app/usage/UsageStatsManager;->queryUsageStats(IJJ)Ljava/util/List;

.call read_location() quiet
    .registers 2
    const-string v0, "location"
    invoke-static {v0}, Lapp/App;->service(Ljava/lang/String;)Ljava/lang/Object;
    move-result-object v0
    check-cast v0, Landroid/location/LocationManager;
    const-string v1, "gps"
    invoke-virtual {v0, v1}, Landroid/location/LocationManager;->getLastKnownLocation(Ljava/lang/String;)Landroid/location/Location;

.call open_camera() quiet
    .registers 1
    const/4 v0, 0x0
    invoke-static {v0}, Landroid/hardware/Camera;->open(I)Landroid/hardware/Camera;
    move-result-object v0
    if-eqz v0, :skip
    invoke-virtual {v0}, Landroid/hardware/Camera;->release()V

.call record_audio() quiet
    .registers 7
    new-instance v0, Landroid/media/AudioRecord;
    const/4 v1, 0x1
    const/16 v2, 0x1f40
    const/16 v3, 0x10
    const/4 v4, 0x2
    const/16 v5, 0x2000
    invoke-direct/range {v0 .. v5}, Landroid/media/AudioRecord;-><init>(IIIII)V
    invoke-virtual {v0}, Landroid/media/AudioRecord;->startRecording()V
    invoke-virtual {v0}, Landroid/media/AudioRecord;->stop()V
    invoke-virtual {v0}, Landroid/media/AudioRecord;->release()V

.call read_contacts() quiet
    .registers 1
    const-string v0, "content://com.android.contacts/contacts"
    invoke-static {v0}, Lapp/Provider;->query(Ljava/lang/String;)V

.call read_calendar() quiet
    .registers 1
    const-string v0, "content://com.android.calendar/events"
    invoke-static {v0}, Lapp/Provider;->query(Ljava/lang/String;)V

.call read_call_log() quiet
    .registers 1
    const-string v0, "content://call_log/calls"
    invoke-static {v0}, Lapp/Provider;->query(Ljava/lang/String;)V

.call read_sms() quiet
    .registers 1
    const-string v0, "content://sms"
    invoke-static {v0}, Lapp/Provider;->query(Ljava/lang/String;)V

.call read_imei() quiet
    .registers 1
    const-string v0, "phone"
    invoke-static {v0}, Lapp/App;->service(Ljava/lang/String;)Ljava/lang/Object;
    move-result-object v0
    check-cast v0, Landroid/telephony/TelephonyManager;
    invoke-virtual {v0}, Landroid/telephony/TelephonyManager;->getDeviceId()Ljava/lang/String;

.call read_android_id() quiet
    .registers 2
    sget-object v0, Lapp/App;->context:Landroid/content/Context;
    invoke-virtual {v0}, Landroid/content/Context;->getContentResolver()Landroid/content/ContentResolver;
    move-result-object v0
    const-string v1, "android_id"
    invoke-static {v0, v1}, Landroid/provider/Settings$Secure;->getString(Landroid/content/ContentResolver;Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Lapp/Known;->setAndroidId(Ljava/lang/String;)V

.call send(Ljava/lang/String;Ljava/lang/String;Ljava/lang/String;) quiet
    .registers 4
    invoke-static {p0, p1, p2}, Lapp/Sender;->start(Ljava/lang/String;Ljava/lang/String;Ljava/lang/String;)V

.call read_mac() quiet
    .registers 1
    const-string v0, "wlan0"
    invoke-static {v0}, Ljava/net/NetworkInterface;->getByName(Ljava/lang/String;)Ljava/net/NetworkInterface;
    move-result-object v0
    if-eqz v0, :skip
    invoke-virtual {v0}, Ljava/net/NetworkInterface;->getHardwareAddress()[B

.call list_apps() quiet
    .registers 2
    sget-object v0, Lapp/App;->context:Landroid/content/Context;
    invoke-virtual {v0}, Landroid/content/Context;->getPackageManager()Landroid/content/pm/PackageManager;
    move-result-object v0
    const/4 v1, 0x0
    invoke-virtual {v0, v1}, Landroid/content/pm/PackageManager;->getInstalledPackages(I)Ljava/util/List;

.call create_notification_channel(Ljava/lang/String;Ljava/lang/String;)
    .registers 2
    invoke-static {p0, p1}, Lapp/Notes;->channel(Ljava/lang/String;Ljava/lang/String;)V

.call post_notification(Ljava/lang/String;Ljava/lang/String;) quiet
    .registers 5
    invoke-static {p0, p1}, Lapp/Notes;->build(Ljava/lang/String;Ljava/lang/String;)Landroid/app/Notification;
    move-result-object v0
    const-string v1, "notification"
    invoke-static {v1}, Lapp/App;->service(Ljava/lang/String;)Ljava/lang/Object;
    move-result-object v1
    check-cast v1, Landroid/app/NotificationManager;
    const/4 v2, 0x1
    invoke-virtual {v1, v2, v0}, Landroid/app/NotificationManager;->notify(ILandroid/app/Notification;)V

.call start_service(Ljava/lang/String;) quiet
    .registers 3
    invoke-static {p0}, Lapp/App;->intent(Ljava/lang/String;)Landroid/content/Intent;
    move-result-object v0
    sget-object v1, Lapp/App;->context:Landroid/content/Context;
    invoke-virtual {v1, v0}, Landroid/content/Context;->startService(Landroid/content/Intent;)Landroid/content/ComponentName;

.call start_foreground_service(Ljava/lang/String;) quiet
    .registers 4
    invoke-static {p0}, Lapp/App;->intent(Ljava/lang/String;)Landroid/content/Intent;
    move-result-object v0
    sget-object v1, Lapp/App;->context:Landroid/content/Context;
    const/16 v2, 0x1a
    invoke-static {v2}, Lapp/Guard;->api(I)Z
    move-result v2
    if-eqz v2, :old
    invoke-virtual {v1, v0}, Landroid/content/Context;->startForegroundService(Landroid/content/Intent;)Landroid/content/ComponentName;
    goto :skip
    :old
    invoke-virtual {v1, v0}, Landroid/content/Context;->startService(Landroid/content/Intent;)Landroid/content/ComponentName;

.call stop_service(Ljava/lang/String;) quiet
    .registers 3
    invoke-static {p0}, Lapp/App;->intent(Ljava/lang/String;)Landroid/content/Intent;
    move-result-object v0
    sget-object v1, Lapp/App;->context:Landroid/content/Context;
    invoke-virtual {v1, v0}, Landroid/content/Context;->stopService(Landroid/content/Intent;)Z

.call register_receiver(Ljava/lang/String;Ljava/lang/String;) quiet
    .registers 8
    invoke-static {p0}, Ljava/lang/Class;->forName(Ljava/lang/String;)Ljava/lang/Class;
    move-result-object v0
    invoke-virtual {v0}, Ljava/lang/Class;->newInstance()Ljava/lang/Object;
    move-result-object v0
    check-cast v0, Landroid/content/BroadcastReceiver;
    new-instance v1, Landroid/content/IntentFilter;
    invoke-direct {v1}, Landroid/content/IntentFilter;-><init>()V
    const-string v2, ","
    invoke-virtual {p1, v2}, Ljava/lang/String;->split(Ljava/lang/String;)[Ljava/lang/String;
    move-result-object v2
    array-length v3, v2
    :next
    add-int/lit8 v3, v3, -0x1
    if-ltz v3, :go
    aget-object v4, v2, v3
    invoke-virtual {v1, v4}, Landroid/content/IntentFilter;->addAction(Ljava/lang/String;)V
    const-string v5, "android.intent.action.PACKAGE_"
    invoke-virtual {v4, v5}, Ljava/lang/String;->startsWith(Ljava/lang/String;)Z
    move-result v5
    if-eqz v5, :next
    const-string v5, "package"
    invoke-virtual {v1, v5}, Landroid/content/IntentFilter;->addDataScheme(Ljava/lang/String;)V
    goto :next
    :go
    sget-object v2, Lapp/App;->context:Landroid/content/Context;
    invoke-virtual {v2, v0, v1}, Landroid/content/Context;->registerReceiver(Landroid/content/BroadcastReceiver;Landroid/content/IntentFilter;)Landroid/content/Intent;

.call schedule_alarm(IIIZ) quiet
    .registers 12
    invoke-static {p0}, Lapp/AlarmReceiver;->pending(I)Landroid/app/PendingIntent;
    move-result-object v6
    const-string v0, "alarm"
    invoke-static {v0}, Lapp/App;->service(Ljava/lang/String;)Ljava/lang/Object;
    move-result-object v0
    check-cast v0, Landroid/app/AlarmManager;
    const/4 v1, 0x2
    invoke-static {}, Landroid/os/SystemClock;->elapsedRealtime()J
    move-result-wide v2
    int-to-long v4, p1
    add-long/2addr v2, v4
    if-lez p2, :once
    int-to-long v4, p2
    invoke-virtual/range {v0 .. v6}, Landroid/app/AlarmManager;->setRepeating(IJJLandroid/app/PendingIntent;)V
    goto :skip
    :once
    if-nez p3, :exact
    invoke-virtual {v0, v1, v2, v3, v6}, Landroid/app/AlarmManager;->set(IJLandroid/app/PendingIntent;)V
    goto :skip
    :exact
    const/16 v4, 0x17
    invoke-static {v4}, Lapp/Guard;->api(I)Z
    move-result v4
    if-eqz v4, :old
    invoke-virtual {v0, v1, v2, v3, v6}, Landroid/app/AlarmManager;->setExactAndAllowWhileIdle(IJLandroid/app/PendingIntent;)V
    goto :skip
    :old
    invoke-virtual {v0, v1, v2, v3, v6}, Landroid/app/AlarmManager;->setExact(IJLandroid/app/PendingIntent;)V

.call cancel_alarm(I) quiet
    .registers 4
    invoke-static {p0}, Lapp/AlarmReceiver;->pending(I)Landroid/app/PendingIntent;
    move-result-object v0
    const-string v1, "alarm"
    invoke-static {v1}, Lapp/App;->service(Ljava/lang/String;)Ljava/lang/Object;
    move-result-object v1
    check-cast v1, Landroid/app/AlarmManager;
    invoke-virtual {v1, v0}, Landroid/app/AlarmManager;->cancel(Landroid/app/PendingIntent;)V

.call schedule_job(IIIZ) quiet
    .registers 10
    const/16 v0, 0x15
    invoke-static {v0}, Lapp/Guard;->api(I)Z
    move-result v0
    if-eqz v0, :skip
    new-instance v0, Landroid/content/ComponentName;
    const-string v1, "@package@"
    const-string v2, "@package@.ProbeJobService"
    invoke-direct {v0, v1, v2}, Landroid/content/ComponentName;-><init>(Ljava/lang/String;Ljava/lang/String;)V
    new-instance v1, Landroid/app/job/JobInfo$Builder;
    invoke-direct {v1, p0, v0}, Landroid/app/job/JobInfo$Builder;-><init>(ILandroid/content/ComponentName;)V
    if-lez p1, :once
    int-to-long v2, p1
    invoke-virtual {v1, v2, v3}, Landroid/app/job/JobInfo$Builder;->setPeriodic(J)Landroid/app/job/JobInfo$Builder;
    goto :timed
    :once
    int-to-long v2, p2
    invoke-virtual {v1, v2, v3}, Landroid/app/job/JobInfo$Builder;->setMinimumLatency(J)Landroid/app/job/JobInfo$Builder;
    :timed
    invoke-virtual {v1, p3}, Landroid/app/job/JobInfo$Builder;->setPersisted(Z)Landroid/app/job/JobInfo$Builder;
    invoke-virtual {v1}, Landroid/app/job/JobInfo$Builder;->build()Landroid/app/job/JobInfo;
    move-result-object v1
    const-string v0, "jobscheduler"
    invoke-static {v0}, Lapp/App;->service(Ljava/lang/String;)Ljava/lang/Object;
    move-result-object v0
    check-cast v0, Landroid/app/job/JobScheduler;
    invoke-virtual {v0, v1}, Landroid/app/job/JobScheduler;->schedule(Landroid/app/job/JobInfo;)I
