import { createHash, randomBytes } from "node:crypto";
import forge from "node-forge";

/** The certificates of one app in certificate mode, and the serial numbers that the wire carries. */
export type AlipayCertificates = {
  appCertificatePem: string;
  alipayCertificatePem: string;
  rootCertificatePem: string;
  appCertSn: string;
  alipayCertSn: string;
  rootCertSn: string;
};

type KeyPair = { publicKey: string; privateKey: string };
type Name = forge.pki.CertificateField[];

const validYears = 5;

const nameOf = (commonName: string): Name => [
  { shortName: "C", value: "CN" },
  { shortName: "O", value: "Simulated Alipay" },
  { shortName: "OU", value: "Certification Authority" },
  { shortName: "CN", value: commonName },
];

/** Issues a root, and under it the app's and Alipay's certificate, as the open platform does on request. */
export function issueAlipayCertificates(keys: { root: KeyPair; app: KeyPair; alipay: KeyPair }): AlipayCertificates {
  const issuer = nameOf("Simulated Alipay Root");
  const issue = (commonName: string, publicKeyPem: string): forge.pki.Certificate => {
    const certificate = forge.pki.createCertificate();
    certificate.publicKey = forge.pki.publicKeyFromPem(publicKeyPem);
    // A DER integer is signed: the leading 4x keeps the serial positive.
    certificate.serialNumber = `4${randomBytes(16).toString("hex").slice(1)}`;
    certificate.validity.notBefore = new Date(Date.now() - 3_600_000);
    certificate.validity.notAfter = new Date();
    certificate.validity.notAfter.setFullYear(new Date().getFullYear() + validYears);
    certificate.setSubject(nameOf(commonName));
    certificate.setIssuer(issuer);
    certificate.sign(forge.pki.privateKeyFromPem(keys.root.privateKey), forge.md.sha256.create());
    return certificate;
  };
  const root = issue("Simulated Alipay Root", keys.root.publicKey);
  const app = issue("app", keys.app.publicKey);
  const alipay = issue("Alipay", keys.alipay.publicKey);
  return {
    appCertificatePem: forge.pki.certificateToPem(app),
    alipayCertificatePem: forge.pki.certificateToPem(alipay),
    rootCertificatePem: forge.pki.certificateToPem(root),
    appCertSn: serialOf(app),
    alipayCertSn: serialOf(alipay),
    rootCertSn: serialOf(root),
  };
}

/** MD5 of the issuer's names in reverse order and the decimal serial. Source: https://opendocs.alipay.com/common/056zub */
function serialOf(certificate: forge.pki.Certificate): string {
  const issuer = certificate.issuer.attributes
    .map(({ shortName, value }) => `${shortName}=${value}`)
    .reverse()
    .join(",");
  const serial = BigInt(`0x${certificate.serialNumber}`).toString(10);
  return createHash("md5")
    .update(issuer + serial, "utf8")
    .digest("hex");
}
