import type { Phrases } from "../../phrases.ts";

/** What is to be said of the analysis's triggers, and of its reasons not to move. */
export const REASONS: Phrases = [
  [
    "a volume is no reason to move by itself: 500,000 a month are 0.2 a second on average, which one process answers",
    "um volume sozinho não é razão para mudar: 500.000 por mês são 0,2 por segundo em média, e um processo responde isso",
  ],
  [
    "an answer waits seconds for the AI; moving the worker alone makes each trip to a store left behind longer",
    "uma resposta espera segundos pela IA; mudar só o worker deixa mais longa cada ida a um Redis que ficou para trás",
  ],
  [
    "10,000,000 a month are 4 a second on average, and several times that at its busiest",
    "10.000.000 por mês são 4 por segundo em média, e várias vezes isso na hora mais cheia",
  ],
  [
    "Render runs up to 100 instances of any paid type: more than 5 workers are no reason to leave it",
    "a Render roda até 100 instâncias de qualquer tipo pago: mais de 5 workers não são razão para sair",
  ],
  [
    "nobody can compute it; what can be is the hours, and those of running AWS come back every month",
    "ninguém consegue calcular isso; o que se consegue são as horas, e as de manter a AWS voltam todo mês",
  ],
  [
    "whether it is stable was not measured: the analysis counts neither lost nor late answers, and 5 at once are full at 1 to 2.5 messages a second",
    "se é estável não foi medido: a análise não conta respostas perdidas nem atrasadas, e 5 ao mesmo tempo ficam cheias com 1 a 2,5 mensagens por segundo",
  ],
  [
    "a disk belongs to one service with one instance, which stops before the next one starts; this worker keeps sessions in its store and needs no disk anywhere",
    "um disco é de um serviço com uma instância, que para antes de a próxima começar; este worker guarda as sessões no Redis e não precisa de disco em lugar nenhum",
  ],
  [
    "a worker at Railway is a service without a domain, and its documentation has a guide for workers that names BullMQ ({=0}, {=1})",
    "um worker na Railway é um serviço sem domínio, e a documentação tem um guia para workers que cita o BullMQ ({=0}, {=1})",
  ],
  [
    "there is a page for choosing between cron jobs, workers and queues ({=0}, {=1}); what it does not stress is that a service gets 0 s to stop unless told otherwise",
    "há uma página para escolher entre cron jobs, workers e filas ({=0}, {=1}); o que ela não destaca é que um serviço tem 0 s para parar se ninguém disser outra coisa",
  ],
  [
    "no number is given and none was found that could be compared",
    "nenhum número é dado, e nenhum comparável foi encontrado",
  ],
  ["within {=0} months a move pays for itself to {=1}", "em {=0} meses uma mudança se paga para {=1}"],
  ["nothing was compared with where one is", "nada foi comparado com onde se está"],
  [
    "what a move to {=0} saves or costs is not known",
    "não se sabe o que uma mudança para {=0} economiza ou custa",
  ],
  [
    "a move to {=0} may pay for itself within {=1} months, or later",
    "uma mudança para {=0} pode se pagar em {=1} meses, ou depois",
  ],
  ["no move pays for itself within {=0} months", "nenhuma mudança se paga em {=0} meses"],
  [
    "it has the worker alone, and a Redis elsewhere; priced beside it is one service that does everything, with a Redis in its project",
    "ela tem só o worker, e um Redis em outro lugar; ao lado está o preço de um serviço que faz tudo, com um Redis no projeto",
  ],
  [
    "it has one machine of 256 MB at Virginia's prices and no API; priced beside it are two of 512 MB in São Paulo",
    "ela tem uma máquina de 256 MB aos preços da Virgínia e nenhuma API; ao lado está o preço de duas de 512 MB em São Paulo",
  ],
  [
    "it has no way to the internet, no secrets and no alarms, and $10 for logs and transfer that this use does not need",
    "ela não tem saída para a internet, segredos nem alarmes, e tem $10 de logs e transferência de que este uso não precisa",
  ],
  [
    "it has one task and one node, both large; priced beside it are two small tasks and a small node with a copy, over two zones and behind a load balancer",
    "ela tem uma tarefa e um nó, os dois grandes; ao lado está o preço de duas tarefas pequenas e um nó pequeno com cópia, em duas zonas e atrás de um balanceador",
  ],
];
