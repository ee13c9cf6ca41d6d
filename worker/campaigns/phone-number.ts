import parsePhoneNumber from "libphonenumber-js/max";

/** Digits with the country's code, as WhatsApp has them; undefined for what is no number. Without a country it is Brazil's. */
export function phoneNumberOf(text: string): string | undefined {
  const given = text.trim();
  // A spreadsheet writes long numbers so, and the last digits are gone.
  if (given.length > 40 || /\de\+?\d/i.test(given)) return undefined;
  return parsed(given) ?? (/^\d{11,15}$/.test(given) ? parsed(`+${given}`) : undefined);
}

function parsed(text: string): string | undefined {
  const number = parsePhoneNumber(text.replace(/^00/, "+"), "BR");
  if (number === undefined || number.ext !== undefined) return undefined;
  const national = number.nationalNumber;
  // Mobile numbers of before 2016, which lack the ninth digit.
  const old = number.countryCallingCode === "55" && /^\d{2}[6-9]\d{7}$/.test(national);
  if (old) return `55${national.slice(0, 2)}9${national.slice(2)}`;
  return number.isValid() ? number.number.slice(1) : undefined;
}
