import { randomBytes, X509Certificate } from "node:crypto";
import forge from "node-forge";

const validYears = 5;

/** Issues a self-signed X.509 certificate, valid for five years from an hour ago as WeChat Pay's own are. */
export function issuePlatformCertificate(keys: { privateKeyPem: string; publicKeyPem: string }): {
  serialNo: string;
  certificatePem: string;
} {
  const certificate = forge.pki.createCertificate();
  const subject = [
    { name: "commonName", value: "Simulated WeChat Pay platform" },
    { name: "countryName", value: "CN" },
  ];
  certificate.publicKey = forge.pki.publicKeyFromPem(keys.publicKeyPem);
  // A DER integer is signed: the leading 4x keeps the serial positive and 40 digits long.
  certificate.serialNumber = `4${randomBytes(20).toString("hex").slice(1)}`;
  certificate.validity.notBefore = new Date(Date.now() - 3_600_000);
  certificate.validity.notAfter = new Date();
  certificate.validity.notAfter.setFullYear(new Date().getFullYear() + validYears);
  certificate.setSubject(subject);
  certificate.setIssuer(subject);
  certificate.sign(forge.pki.privateKeyFromPem(keys.privateKeyPem), forge.md.sha256.create());
  const certificatePem = forge.pki.certificateToPem(certificate);
  return { certificatePem, serialNo: new X509Certificate(certificatePem).serialNumber };
}
