# Before API 23 nothing is asked: what stands in the manifest is granted, and the answer says so.
.class public Lapp/OldAnswer;
.super Ljava/lang/Object;
.implements Ljava/lang/Runnable;

.field final permissions:[Ljava/lang/String;

.method public constructor <init>([Ljava/lang/String;)V
    .registers 2
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    iput-object p1, p0, Lapp/OldAnswer;->permissions:[Ljava/lang/String;
    return-void
.end method

.method public run()V
    .registers 6
    iget-object v0, p0, Lapp/OldAnswer;->permissions:[Ljava/lang/String;
    array-length v1, v0
    const/4 v2, 0x0
    :next
    if-ge v2, v1, :done
    aget-object v3, v0, v2
    invoke-static {v3}, Lapp/Guard;->granted(Ljava/lang/String;)Z
    move-result v4
    add-int/lit8 v4, v4, -0x1
    invoke-static {v3, v4}, Lapp/Calls;->answer(Ljava/lang/String;I)V
    add-int/lit8 v2, v2, 0x1
    goto :next
    :done
    return-void
.end method
