/** What simulated customers ask, and what the development AI says to it. */
const DIALOGUE: readonly (readonly [question: string, answer: string])[] = [
  ["Oi! Vocês abrem no domingo?", "Oi! Abrimos sim, domingo das 9h às 14h."],
  ["Quanto custa o bolo de cenoura?", "O bolo de cenoura sai por R$ 48, e serve 12 pessoas."],
  ["Fazem entrega em Pinheiros?", "Fazemos! A entrega em Pinheiros é R$ 9 e leva uns 40 minutos."],
  ["Tem opção sem lactose?", "Temos três: brigadeiro, limão e banana. Quer o cardápio?"],
  ["Posso pagar com Pix?", "Pode sim! A chave é o nosso CNPJ, mando junto com o pedido."],
  ["Meu pedido já saiu?", "Saiu agora há pouco. Chega em uns 20 minutos!"],
  ["Vocês trocam se não servir?", "Trocamos em até 7 dias, é só trazer com a etiqueta."],
  ["Preciso de 30 salgados para amanhã", "Combinado: 30 salgados para amanhã. Qual o melhor horário?"],
];

export function questionAt(index: number): string {
  return DIALOGUE[index % DIALOGUE.length]![0];
}

/** The answer to the question that has most words in common with this one. */
export function answerTo(question: string): string {
  const words = stemsOf(question);
  const common = (asked: string): number => [...stemsOf(asked)].filter((stem) => words.has(stem)).length;
  const [first, ...rest] = DIALOGUE;
  const [asked, answer] = rest.reduce(
    (best, entry) => (common(entry[0]) > common(best[0]) ? entry : best),
    first!,
  );
  return common(asked) > 0 ? answer : "Claro! Como posso ajudar?";
}

/** The beginnings of the longer words, without accents: "custam" and "Custa" are one. */
function stemsOf(text: string): Set<string> {
  const plain = text.normalize("NFD").replaceAll(/\p{M}/gu, "").toLowerCase();
  return new Set([...plain.matchAll(/\w{4,}|pix/g)].map(([word]) => word.slice(0, 5)));
}
