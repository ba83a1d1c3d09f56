import { toSVG } from "bwip-js/node";

/** An SVG of a payer's bar code (Code 128), its digits not included. */
export function renderBarCode(digits: string): string {
  return toSVG({ bcid: "code128", text: digits, height: 18, paddingwidth: 2 });
}

/** An SVG of a QR code. */
export function renderQrCode(text: string): string {
  return toSVG({ bcid: "qrcode", text, padding: 2 });
}
