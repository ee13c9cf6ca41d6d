/** Mobile numbers of Brazil: country, area, the ninth digit that came later, and the eight of before. */
const BRAZILIAN_MOBILE = /^(55[1-9]\d)9([6-9]\d{7})$/;

/**
 * One form of a phone number (digits with the country's code) for comparing it: WhatsApp knows older Brazilian accounts
 * without the ninth digit that their owners write.
 */
export function comparableNumber(number: string): string {
  return number.replace(BRAZILIAN_MOBILE, "$1$2");
}
