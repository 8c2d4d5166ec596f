# A job's id is the list that it runs.
.class public Lapp/ProbeJobService;
.super Landroid/app/job/JobService;

.method public constructor <init>()V
    .registers 1
    invoke-direct {p0}, Landroid/app/job/JobService;-><init>()V
    return-void
.end method

.method public onStartJob(Landroid/app/job/JobParameters;)Z
    .registers 3
    invoke-virtual {p1}, Landroid/app/job/JobParameters;->getJobId()I
    move-result v0
    invoke-static {v0}, Lapp/Calls;->run(I)V
    const/4 v0, 0x0
    return v0
.end method

.method public onStopJob(Landroid/app/job/JobParameters;)Z
    .registers 3
    const/4 v0, 0x0
    return v0
.end method
