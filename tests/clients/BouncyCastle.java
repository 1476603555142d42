// Bouncy Castle's EST client, as its documentation uses it. Arguments: HOST:PORT LABEL CA-FILE TLS-VERSION TOKEN.
// Prints one line for each thing that it saw.

import java.io.FileReader;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Security;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.Set;
import javax.net.ssl.KeyManager;
import javax.net.ssl.X509TrustManager;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.est.ESTAuth;
import org.bouncycastle.est.ESTException;
import org.bouncycastle.est.ESTService;
import org.bouncycastle.est.EnrollmentResponse;
import org.bouncycastle.est.jcajce.JcaHttpAuthBuilder;
import org.bouncycastle.est.jcajce.JcaJceUtils;
import org.bouncycastle.est.jcajce.JsseESTServiceBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

public final class BouncyCastle {
  private static String server;
  private static String label;
  private static String tlsVersion;
  private static X509TrustManager[] trust;

  private static ESTService service(KeyManager[] identity) {
    var builder = new JsseESTServiceBuilder(server, trust);
    builder.withTLSVersion(tlsVersion);
    if (label != null) builder.withLabel(label);
    if (identity != null) builder.withKeyManagers(identity);
    return builder.build();
  }

  private static X509Certificate certificate(EnrollmentResponse response) throws Exception {
    var holders = ESTService.storeToArray(response.getStore());
    if (holders.length != 1) throw new IllegalStateException(holders.length + " certificates");
    return new JcaX509CertificateConverter().getCertificate(holders[0]);
  }

  private static PKCS10CertificationRequest request(KeyPair pair, X500Name subject) throws Exception {
    ContentSigner signer = new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate());
    return new JcaPKCS10CertificationRequestBuilder(subject, pair.getPublic()).build(signer);
  }

  private static KeyManager[] identity(PrivateKey key, X509Certificate certificate) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry("device", key, new char[0], new X509Certificate[] {certificate});
    return JcaJceUtils.createKeyManagerFactory("PKIX", null, store, new char[0]).getKeyManagers();
  }

  private static int refused(ESTAuth auth, PKCS10CertificationRequest request) throws Exception {
    try {
      service(null).simpleEnroll(false, request, auth);
      return 200;
    } catch (ESTException refusal) {
      return refusal.getStatusCode();
    }
  }

  private static ESTAuth basic(String token) throws Exception {
    return new JcaHttpAuthBuilder("estuser", token.toCharArray()).build();
  }

  public static void main(String[] args) throws Exception {
    Security.addProvider(new BouncyCastleProvider());
    server = args[0];
    label = args[1].isEmpty() ? null : args[1];
    tlsVersion = args[3];
    try (var reader = new PEMParser(new FileReader(args[2]))) {
      var holder = (X509CertificateHolder) reader.readObject();
      var root = new JcaX509CertificateConverter().getCertificate(holder);
      trust = JcaJceUtils.getCertPathTrustManager(Set.of(new TrustAnchor(root, null)), null);
    }

    var authorities = ESTService.storeToArray(service(null).getCACerts().getCertificateStore());
    System.out.println("cacerts " + authorities.length);
    var attributes = service(null).getCSRAttributes().getAttributesResponse();
    var facts = new ASN1ObjectIdentifier("2.25.145495691971971845607661907013789520340.1");
    System.out.println("csrattrs " + attributes.hasRequirement(facts));

    var generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    KeyPair pair = generator.generateKeyPair();
    var request = request(pair, new X500Name("CN=bouncy"));
    System.out.println("refused " + refused(basic("AAAAAAAAAAAAAAAAAAAAAAAAAA"), request));
    System.out.println("without " + refused(null, request));

    var response = service(null).simpleEnroll(false, request, basic(args[4]));
    if (!response.isCompleted()) {
      System.out.println("pending " + (response.getNotBefore() > System.currentTimeMillis()));
      return;
    }
    X509Certificate enrolled = certificate(response);
    System.out.println("enrolled " + enrolled.getSerialNumber().toString(16));

    KeyPair next = generator.generateKeyPair();
    var subject = X500Name.getInstance(enrolled.getSubjectX500Principal().getEncoded());
    var again = service(identity(pair.getPrivate(), enrolled)).simpleEnroll(true, request(next, subject), null);
    X509Certificate renewed = certificate(again);
    boolean fits = renewed.getPublicKey().equals(next.getPublic())
        && renewed.getSubjectX500Principal().equals(enrolled.getSubjectX500Principal());
    System.out.println("renewed " + fits);
  }
}
