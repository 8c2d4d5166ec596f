import com.android.apksig.ApkSigner;
import com.android.apksig.ApkVerifier;
import java.io.BufferedReader;
import java.io.File;
import java.io.FileInputStream;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jf.smali.Smali;
import org.jf.smali.SmaliOptions;

/**
 * Debian's smali and apksigner in one virtual machine, for starting them is nearly all of what they cost.
 * Reads jobs from standard input, one a line, fields parted by tabs, answers `ok ID` or `bad ID why`:
 *   smali ID API FOLDER OUT.dex
 *   sign ID MIN_SDK IN.apk OUT.apk       (and verifies: v1, v2 and v3 must all hold)
 * Arguments: keystore, password, alias, threads.
 */
public final class Batch {
    private static ApkSigner.SignerConfig signer;

    public static void main(String[] args) throws Exception {
        char[] password = args[1].toCharArray();
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = new FileInputStream(args[0])) {
            store.load(in, password);
        }
        signer = new ApkSigner.SignerConfig.Builder(args[2], (PrivateKey) store.getKey(args[2], password),
                List.of((X509Certificate) store.getCertificate(args[2]))).build();
        ExecutorService pool = Executors.newFixedThreadPool(Integer.parseInt(args[3]));
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line; (line = in.readLine()) != null;) {
            String[] job = line.split("\t");
            pool.execute(() -> answer(job));
        }
        pool.shutdown();
    }

    private static void answer(String[] job) {
        String answer = "ok " + job[1];
        try {
            if (job[0].equals("smali")) assemble(Integer.parseInt(job[2]), Path.of(job[3]), job[4]);
            else sign(Integer.parseInt(job[2]), new File(job[3]), new File(job[4]));
        } catch (Throwable e) {
            answer = "bad " + job[1] + " " + String.valueOf(e).replace('\n', ' ');
        }
        synchronized (System.out) {
            System.out.println(answer);
            System.out.flush();
        }
    }

    private static void assemble(int api, Path folder, String out) throws Exception {
        SmaliOptions options = new SmaliOptions();
        options.apiLevel = api;
        options.outputDexFile = out;
        options.jobs = 1;
        List<String> files;
        try (Stream<Path> walk = Files.walk(folder)) {
            files = walk.filter(p -> p.toString().endsWith(".smali")).map(Path::toString).sorted().collect(Collectors.toList());
        }
        if (!Smali.assemble(options, files)) throw new IllegalStateException("smali refused " + folder);
    }

    private static void sign(int minSdk, File in, File out) throws Exception {
        new ApkSigner.Builder(List.of(signer)).setInputApk(in).setOutputApk(out).setMinSdkVersion(minSdk)
                .setV1SigningEnabled(true).setV2SigningEnabled(true).setV3SigningEnabled(true).setCreatedBy("storesweep probes")
                .build().sign();
        ApkVerifier.Result r = new ApkVerifier.Builder(out).setMinCheckedPlatformVersion(minSdk).build().verify();
        boolean v1 = minSdk >= 24 || r.isVerifiedUsingV1Scheme();
        if (!r.isVerified() || !v1 || !r.isVerifiedUsingV2Scheme() || !r.isVerifiedUsingV3Scheme())
            throw new IllegalStateException("does not verify: " + r.getErrors());
    }
}
