# What the app has read so far in this process, for what it sends.
.class public Lapp/Known;
.super Ljava/lang/Object;

.field static androidId:Ljava/lang/String;
.field static sends:I

.method static constructor <clinit>()V
    .registers 1
    const-string v0, ""
    sput-object v0, Lapp/Known;->androidId:Ljava/lang/String;
    return-void
.end method

.method public static setAndroidId(Ljava/lang/String;)V
    .registers 1
    if-eqz p0, :none
    sput-object p0, Lapp/Known;->androidId:Ljava/lang/String;
    :none
    return-void
.end method

# sha256(text): lower-case hexadecimal
.method static sha256(Ljava/lang/String;)Ljava/lang/String;
    .registers 5
    const-string v0, "SHA-256"
    invoke-static {v0}, Ljava/security/MessageDigest;->getInstance(Ljava/lang/String;)Ljava/security/MessageDigest;
    move-result-object v0
    invoke-virtual {p0}, Ljava/lang/String;->getBytes()[B
    move-result-object v1
    invoke-virtual {v0, v1}, Ljava/security/MessageDigest;->digest([B)[B
    move-result-object v0
    new-instance v1, Ljava/math/BigInteger;
    const/4 v2, 0x1
    invoke-direct {v1, v2, v0}, Ljava/math/BigInteger;-><init>(I[B)V
    new-array v2, v2, [Ljava/lang/Object;
    const/4 v3, 0x0
    aput-object v1, v2, v3
    const-string v0, "%064x"
    invoke-static {v0, v2}, Ljava/lang/String;->format(Ljava/lang/String;[Ljava/lang/Object;)Ljava/lang/String;
    move-result-object v0
    return-object v0
.end method

# fill(text): what stands for the {names} in it
.method public static fill(Ljava/lang/String;)Ljava/lang/String;
    .registers 4
    const-string v0, "{android_id}"
    sget-object v1, Lapp/Known;->androidId:Ljava/lang/String;
    invoke-virtual {p0, v0, v1}, Ljava/lang/String;->replace(Ljava/lang/CharSequence;Ljava/lang/CharSequence;)Ljava/lang/String;
    move-result-object p0
    const-string v0, "{android_id_sha256}"
    invoke-static {v1}, Lapp/Known;->sha256(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v1
    invoke-virtual {p0, v0, v1}, Ljava/lang/String;->replace(Ljava/lang/CharSequence;Ljava/lang/CharSequence;)Ljava/lang/String;
    move-result-object p0
    invoke-static {}, Ljava/util/UUID;->randomUUID()Ljava/util/UUID;
    move-result-object v1
    invoke-virtual {v1}, Ljava/util/UUID;->toString()Ljava/lang/String;
    move-result-object v1
    const-string v0, "-"
    const-string v2, ""
    invoke-virtual {v1, v0, v2}, Ljava/lang/String;->replace(Ljava/lang/CharSequence;Ljava/lang/CharSequence;)Ljava/lang/String;
    move-result-object v1
    const-string v0, "{nonce}"
    invoke-virtual {p0, v0, v1}, Ljava/lang/String;->replace(Ljava/lang/CharSequence;Ljava/lang/CharSequence;)Ljava/lang/String;
    move-result-object p0
    invoke-static {}, Ljava/lang/System;->currentTimeMillis()J
    move-result-wide v1
    invoke-static {v1, v2}, Ljava/lang/String;->valueOf(J)Ljava/lang/String;
    move-result-object v1
    const-string v0, "{time_ms}"
    invoke-virtual {p0, v0, v1}, Ljava/lang/String;->replace(Ljava/lang/CharSequence;Ljava/lang/CharSequence;)Ljava/lang/String;
    move-result-object p0
    sget v1, Lapp/Known;->sends:I
    invoke-static {v1}, Ljava/lang/String;->valueOf(I)Ljava/lang/String;
    move-result-object v1
    const-string v0, "{count}"
    invoke-virtual {p0, v0, v1}, Ljava/lang/String;->replace(Ljava/lang/CharSequence;Ljava/lang/CharSequence;)Ljava/lang/String;
    move-result-object p0
    return-object p0
.end method
