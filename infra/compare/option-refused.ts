/** A comparison cannot be made as it was asked for; the message says which option, and what was expected. */
export class OptionRefused extends Error {
  override readonly name = "OptionRefused";
}
