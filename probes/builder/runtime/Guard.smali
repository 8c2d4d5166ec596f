# The conditions of a call.
.class public Lapp/Guard;
.super Ljava/lang/Object;

.method public static pref(Ljava/lang/String;Ljava/lang/String;)Z
    .registers 3
    invoke-static {p0}, Lapp/Prefs;->get(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    invoke-virtual {v0, p1}, Ljava/lang/String;->equals(Ljava/lang/Object;)Z
    move-result v0
    return v0
.end method

.method public static granted(Ljava/lang/String;)Z
    .registers 4
    sget-object v0, Lapp/App;->context:Landroid/content/Context;
    invoke-static {}, Landroid/os/Process;->myPid()I
    move-result v1
    invoke-static {}, Landroid/os/Process;->myUid()I
    move-result v2
    invoke-virtual {v0, p0, v1, v2}, Landroid/content/Context;->checkPermission(Ljava/lang/String;II)I
    move-result v0
    const/4 v1, 0x0
    if-nez v0, :no
    const/4 v1, 0x1
    :no
    return v1
.end method

.method public static api(I)Z
    .registers 3
    sget v0, Landroid/os/Build$VERSION;->SDK_INT:I
    const/4 v1, 0x0
    if-lt v0, p0, :no
    const/4 v1, 0x1
    :no
    return v1
.end method

# So many hours have passed since the preference was stamped; never stamped: no.
.method public static older(Ljava/lang/String;I)Z
    .registers 9
    invoke-static {p0}, Lapp/Prefs;->get(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    const/4 v6, 0x0
    invoke-virtual {v0}, Ljava/lang/String;->length()I
    move-result v1
    if-eqz v1, :no
    invoke-static {v0}, Ljava/lang/Long;->parseLong(Ljava/lang/String;)J
    move-result-wide v0
    invoke-static {}, Ljava/lang/System;->currentTimeMillis()J
    move-result-wide v2
    sub-long/2addr v2, v0
    const-wide/32 v0, 0x36ee80
    int-to-long v4, p1
    mul-long/2addr v0, v4
    cmp-long v0, v2, v0
    if-ltz v0, :no
    const/4 v6, 0x1
    :no
    return v6
.end method
