# One POST in a thread of its own. trust: system, own (a trust store of the app's own, with nobody in it), pinned (the
# certificate is none that the app knows: it leaves after the handshake).
.class public Lapp/Sender;
.super Ljava/lang/Object;
.implements Ljava/lang/Runnable;

.field final url:Ljava/lang/String;
.field final body:Ljava/lang/String;
.field final trust:Ljava/lang/String;

.method public constructor <init>(Ljava/lang/String;Ljava/lang/String;Ljava/lang/String;)V
    .registers 4
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    iput-object p1, p0, Lapp/Sender;->url:Ljava/lang/String;
    iput-object p2, p0, Lapp/Sender;->body:Ljava/lang/String;
    iput-object p3, p0, Lapp/Sender;->trust:Ljava/lang/String;
    return-void
.end method

# start(url, body, trust)
.method public static start(Ljava/lang/String;Ljava/lang/String;Ljava/lang/String;)V
    .registers 5
    sget v0, Lapp/Known;->sends:I
    add-int/lit8 v0, v0, 0x1
    sput v0, Lapp/Known;->sends:I
    invoke-static {p0}, Lapp/Known;->fill(Ljava/lang/String;)Ljava/lang/String;
    move-result-object p0
    invoke-static {p1}, Lapp/Known;->fill(Ljava/lang/String;)Ljava/lang/String;
    move-result-object p1
    new-instance v0, Lapp/Sender;
    invoke-direct {v0, p0, p1, p2}, Lapp/Sender;-><init>(Ljava/lang/String;Ljava/lang/String;Ljava/lang/String;)V
    new-instance v1, Ljava/lang/Thread;
    invoke-direct {v1, v0}, Ljava/lang/Thread;-><init>(Ljava/lang/Runnable;)V
    invoke-virtual {v1}, Ljava/lang/Thread;->start()V
    return-void
.end method

# own(connection): trusts nobody
.method static own(Ljavax/net/ssl/HttpsURLConnection;)V
    .registers 6
    invoke-static {}, Ljava/security/KeyStore;->getDefaultType()Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Ljava/security/KeyStore;->getInstance(Ljava/lang/String;)Ljava/security/KeyStore;
    move-result-object v0
    const/4 v1, 0x0
    invoke-virtual {v0, v1, v1}, Ljava/security/KeyStore;->load(Ljava/io/InputStream;[C)V
    invoke-static {}, Ljavax/net/ssl/TrustManagerFactory;->getDefaultAlgorithm()Ljava/lang/String;
    move-result-object v2
    invoke-static {v2}, Ljavax/net/ssl/TrustManagerFactory;->getInstance(Ljava/lang/String;)Ljavax/net/ssl/TrustManagerFactory;
    move-result-object v2
    invoke-virtual {v2, v0}, Ljavax/net/ssl/TrustManagerFactory;->init(Ljava/security/KeyStore;)V
    const-string v0, "TLS"
    invoke-static {v0}, Ljavax/net/ssl/SSLContext;->getInstance(Ljava/lang/String;)Ljavax/net/ssl/SSLContext;
    move-result-object v0
    invoke-virtual {v2}, Ljavax/net/ssl/TrustManagerFactory;->getTrustManagers()[Ljavax/net/ssl/TrustManager;
    move-result-object v2
    invoke-virtual {v0, v1, v2, v1}, Ljavax/net/ssl/SSLContext;->init([Ljavax/net/ssl/KeyManager;[Ljavax/net/ssl/TrustManager;Ljava/security/SecureRandom;)V
    invoke-virtual {v0}, Ljavax/net/ssl/SSLContext;->getSocketFactory()Ljavax/net/ssl/SSLSocketFactory;
    move-result-object v0
    invoke-virtual {p0, v0}, Ljavax/net/ssl/HttpsURLConnection;->setSSLSocketFactory(Ljavax/net/ssl/SSLSocketFactory;)V
    return-void
.end method

.method public run()V
    .registers 5
    :begin
    new-instance v0, Ljava/net/URL;
    iget-object v1, p0, Lapp/Sender;->url:Ljava/lang/String;
    invoke-direct {v0, v1}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    move-result-object v0
    check-cast v0, Ljava/net/HttpURLConnection;
    const-string v1, "POST"
    invoke-virtual {v0, v1}, Ljava/net/HttpURLConnection;->setRequestMethod(Ljava/lang/String;)V
    const/4 v1, 0x1
    invoke-virtual {v0, v1}, Ljava/net/HttpURLConnection;->setDoOutput(Z)V
    const-string v1, "Content-Type"
    const-string v2, "application/json"
    invoke-virtual {v0, v1, v2}, Ljava/net/HttpURLConnection;->setRequestProperty(Ljava/lang/String;Ljava/lang/String;)V
    iget-object v1, p0, Lapp/Sender;->trust:Ljava/lang/String;
    const-string v2, "own"
    invoke-virtual {v1, v2}, Ljava/lang/String;->equals(Ljava/lang/Object;)Z
    move-result v2
    if-eqz v2, :connect
    move-object v2, v0
    check-cast v2, Ljavax/net/ssl/HttpsURLConnection;
    invoke-static {v2}, Lapp/Sender;->own(Ljavax/net/ssl/HttpsURLConnection;)V
    :connect
    invoke-virtual {v0}, Ljava/net/HttpURLConnection;->connect()V
    const-string v2, "pinned"
    invoke-virtual {v1, v2}, Ljava/lang/String;->equals(Ljava/lang/Object;)Z
    move-result v2
    if-nez v2, :leave
    invoke-virtual {v0}, Ljava/net/HttpURLConnection;->getOutputStream()Ljava/io/OutputStream;
    move-result-object v1
    iget-object v2, p0, Lapp/Sender;->body:Ljava/lang/String;
    invoke-virtual {v2}, Ljava/lang/String;->getBytes()[B
    move-result-object v2
    invoke-virtual {v1, v2}, Ljava/io/OutputStream;->write([B)V
    invoke-virtual {v1}, Ljava/io/OutputStream;->close()V
    invoke-virtual {v0}, Ljava/net/HttpURLConnection;->getResponseCode()I
    return-void
    :leave
    invoke-virtual {v0}, Ljava/net/HttpURLConnection;->disconnect()V
    :end
    return-void
    .catch Ljava/lang/Exception; {:begin .. :end} :caught
    :caught
    move-exception v0
    return-void
.end method
