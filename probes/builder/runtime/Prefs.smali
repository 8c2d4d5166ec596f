# What the app remembers: preference file "probe", written at once.
.class public Lapp/Prefs;
.super Ljava/lang/Object;

.method static file()Landroid/content/SharedPreferences;
    .registers 3
    sget-object v0, Lapp/App;->context:Landroid/content/Context;
    const-string v1, "probe"
    const/4 v2, 0x0
    invoke-virtual {v0, v1, v2}, Landroid/content/Context;->getSharedPreferences(Ljava/lang/String;I)Landroid/content/SharedPreferences;
    move-result-object v0
    return-object v0
.end method

.method public static get(Ljava/lang/String;)Ljava/lang/String;
    .registers 3
    invoke-static {}, Lapp/Prefs;->file()Landroid/content/SharedPreferences;
    move-result-object v0
    const-string v1, ""
    invoke-interface {v0, p0, v1}, Landroid/content/SharedPreferences;->getString(Ljava/lang/String;Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    return-object v0
.end method

.method public static set(Ljava/lang/String;Ljava/lang/String;)V
    .registers 3
    invoke-static {}, Lapp/Prefs;->file()Landroid/content/SharedPreferences;
    move-result-object v0
    invoke-interface {v0}, Landroid/content/SharedPreferences;->edit()Landroid/content/SharedPreferences$Editor;
    move-result-object v0
    invoke-interface {v0, p0, p1}, Landroid/content/SharedPreferences$Editor;->putString(Ljava/lang/String;Ljava/lang/String;)Landroid/content/SharedPreferences$Editor;
    move-result-object v0
    invoke-interface {v0}, Landroid/content/SharedPreferences$Editor;->commit()Z
    return-void
.end method
