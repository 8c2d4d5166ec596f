# The process's beginning, for whatever reason it starts.
.class public Lapp/App;
.super Landroid/app/Application;

.field public static context:Landroid/content/Context;

.method public constructor <init>()V
    .registers 1
    invoke-direct {p0}, Landroid/app/Application;-><init>()V
    return-void
.end method

.method public onCreate()V
    .registers 2
    invoke-super {p0}, Landroid/app/Application;->onCreate()V
    sput-object p0, Lapp/App;->context:Landroid/content/Context;
    const/4 v0, 0x0
    invoke-static {v0}, Lapp/Calls;->run(I)V
    return-void
.end method

.method public static service(Ljava/lang/String;)Ljava/lang/Object;
    .registers 2
    sget-object v0, Lapp/App;->context:Landroid/content/Context;
    invoke-virtual {v0, p0}, Landroid/content/Context;->getSystemService(Ljava/lang/String;)Ljava/lang/Object;
    move-result-object v0
    return-object v0
.end method

# An intent for the class SUFFIX of this package.
.method public static intent(Ljava/lang/String;)Landroid/content/Intent;
    .registers 5
    sget-object v0, Lapp/App;->context:Landroid/content/Context;
    new-instance v1, Landroid/content/Intent;
    invoke-direct {v1}, Landroid/content/Intent;-><init>()V
    const-string v2, "@package@."
    invoke-virtual {v2, p0}, Ljava/lang/String;->concat(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v2
    invoke-virtual {v1, v0, v2}, Landroid/content/Intent;->setClassName(Landroid/content/Context;Ljava/lang/String;)Landroid/content/Intent;
    return-object v1
.end method
