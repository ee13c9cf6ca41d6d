/** So many rows of a spreadsheet, each with another mobile number of São Paulo. */
export function* audienceOf(recipients: number): Generator<Buffer> {
  yield Buffer.from("nome;telefone\n");
  for (let index = 0; index < recipients; index++)
    yield Buffer.from(`Cliente ${index};+55 11 9${(10_000_000 + index).toString()}\n`);
}
