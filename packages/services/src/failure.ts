const CODE_CHARACTERS = 64;
const MESSAGE_CHARACTERS = 255;

/** A channel's refusal as it is stored: its own words, cut to their columns. */
export function failureFields({ code, message }: { code: string; message: string }) {
  return {
    failureCode: code.slice(0, CODE_CHARACTERS),
    failureMessage: failureText(message),
  };
}

/** Why something failed, cut to its column. */
export function failureText(text: string): string {
  return text.slice(0, MESSAGE_CHARACTERS);
}
