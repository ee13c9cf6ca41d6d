import type { Phrases } from "../../phrases.ts";

/** How targets answer, what is assumed for it, and what interrupts them. */
export const BEHAVIOUR: Phrases = [
  [
    "{=0} turns at once, each of {=1} to {=2} s of the AI, are full at {=3} to {=4} messages/s; what comes beyond that waits ever longer.",
    "{=0} respostas ao mesmo tempo, cada uma com {=1} a {=2} s de IA, ficam cheias com {=3} a {=4} mensagens/s; o que vier além disso espera cada vez mais.",
  ],
  [
    "{=0} turns at once, each of {=1} to {=2} s of the AI, are full at {=3} messages/s; what comes beyond that waits ever longer.",
    "{=0} respostas ao mesmo tempo, cada uma com {=1} a {=2} s de IA, ficam cheias com {=3} mensagens/s; o que vier além disso espera cada vez mais.",
  ],
  [
    "The {=0} of the 2025 analysis would be full at {=1} to {=2}.",
    "As {=0} da análise de 2025 ficariam cheias com {=1} a {=2}.",
  ],
  [
    "The {=0} of the 2025 analysis would be full at {=1}.",
    "As {=0} da análise de 2025 ficariam cheias com {=1}.",
  ],
  [
    "An AI that takes {=0} s, and {=1} s of round trips to the store, are over the objective of {=2} s by themselves: no number of slots helps, a faster model or a nearer store does.",
    "Uma IA que leva {=0} s, mais {=1} s de idas e voltas ao Redis, já passam do objetivo de {=2} s sozinhas: nenhum número de vagas ajuda; um modelo mais rápido ou um Redis mais perto, sim.",
  ],
  [
    "At {=0} messages/s, {=1} processes would need more than the {=2} slots that OXY_CONCURRENCY allows.",
    "Com {=0} mensagens/s, {=1} processos precisariam de mais que as {=2} vagas que OXY_CONCURRENCY permite.",
  ],
  [
    "At {=0} messages/s, one process would need more than the {=1} slots that OXY_CONCURRENCY allows.",
    "Com {=0} mensagens/s, um processo precisaria de mais que as {=1} vagas que OXY_CONCURRENCY permite.",
  ],
  [
    "At {=0} messages/s, OXY_CONCURRENCY={=1} is enough; {=2} would be.",
    "Com {=0} mensagens/s, OXY_CONCURRENCY={=1} basta; {=2} já bastaria.",
  ],
  [
    "At {=0} messages/s, set OXY_CONCURRENCY={=1}, or more, in place of {=2}: a turn waits for the AI most of the time, and a slot costs next to nothing.",
    "Com {=0} mensagens/s, use OXY_CONCURRENCY={=1}, ou mais, em vez de {=2}: uma resposta espera pela IA quase o tempo todo, e uma vaga custa quase nada.",
  ],
  [
    "60% of a day's messages come from 8 to 18 h (sudonum.com, WhatsApp enquiries to marketplaces of cars and houses); most of the rest is assumed to come until 23 h.",
    "60% das mensagens de um dia chegam das 8 às 18 h (sudonum.com, perguntas por WhatsApp a marketplaces de carros e casas); supõe-se que quase todo o resto chega até as 23 h.",
  ],
  [
    "A quarter of the messages is assumed to be added to another one, {=0} s later on average.",
    "Supõe-se que um quarto das mensagens complementa outra, {=0} s depois em média.",
  ],
  [
    "A burst is assumed to be {=0} messages within {=1} s.",
    "Supõe-se que uma rajada são {=0} mensagens em {=1} s.",
  ],
  [
    "How much a process on {=0} may compute, or what a message takes of it, is not known: nobody is assumed to wait for it.",
    "Não se sabe quanto um processo em {=0} pode calcular, ou quanto disso uma mensagem ocupa: supõe-se que ninguém espera por isso.",
  ],
  ["Every day is assumed to be like the others.", "Supõe-se que todo dia é como os outros."],
  ["{=0} WhatsApp numbers are assumed.", "Supõem-se {=0} números de WhatsApp."],
  [
    "The processes of a fleet share the numbers: each number is held and answered by one of them at a time.",
    "Os processos de uma frota dividem os números: cada número é mantido e respondido por um deles de cada vez.",
  ],
  [
    "Not in it: the ways between customers, WhatsApp and the process, whose servers' places are not published, and the pauses that an operator may want between the messages of a number.",
    "Não entram: os caminhos entre clientes, WhatsApp e o processo, pois não se publica onde ficam esses servidores, e as pausas que um operador queira entre as mensagens de um número.",
  ],
  [
    "Without a model, the AI is assumed to take what the 2025 analysis says: {=0} to {=1} s.",
    "Sem um modelo, supõe-se que a IA leva o que diz a análise de 2025: {=0} a {=1} s.",
  ],
  [
    "How fast {=0} writes is not in the catalogue: it is assumed to take what the 2025 analysis says of GPT-4, {=1} to {=2} s.",
    "A velocidade com que {=0} escreve não está no catálogo: supõe-se que leva o que a análise de 2025 diz do GPT-4, {=1} a {=2} s.",
  ],
  [
    "Until its first token {=0} is assumed to take no time, and for its slow answers {=1} times as long as usually, as between the {=2} and {=3} s of the 2025 analysis.",
    "Supõe-se que {=0} não leva tempo até o primeiro token e, nas respostas lentas, {=1} vezes o normal, como entre os {=2} e {=3} s da análise de 2025.",
  ],
  [
    "{=0} to {=1} releases and {=2} to {=3} processes that die are assumed in a month.",
    "Supõem-se {=0} a {=1} versões novas e {=2} a {=3} processos que morrem em um mês.",
  ],
  [
    "What the contracts allow is counted as if it happened; what the AI, WhatsApp and the internet do is not in it.",
    "O que os contratos permitem conta como se acontecesse; o que fazem a IA, o WhatsApp e a internet não entra.",
  ],
  [
    "Fleets are taken to fail independently of each other.",
    "Supõe-se que as frotas falham independentemente umas das outras.",
  ],
  ["release", "versão nova"],
  ["death", "queda"],
  ["nobody has tried it", "ninguém experimentou"],
  [
    "is alone: until its host has started it again, nobody answers",
    "está sozinho: até ser reiniciado, ninguém responde",
  ],
  [
    "is followed by one that waits, when its leases have run out",
    "é seguido por um que espera, quando as suas posses vencem",
  ],
  [
    "{0}; then each number is without a connection for a moment; what is on the old machine's volume is deleted with it, of which this worker needs nothing",
    "{0}; depois cada número fica sem conexão por um momento; o que está no volume da máquina antiga é apagado com ela, e este worker não precisa de nada disso",
  ],
  [
    "{0}; then each number is without a connection for a moment",
    "{0}; depois cada número fica sem conexão por um momento",
  ],
  [
    "is exchanged machine by machine: a new one starts beside the old one, which is drained when that is ready",
    "é trocado máquina por máquina: uma nova começa ao lado da antiga, que é esvaziada quando a nova está pronta",
  ],
  [
    "gets a new instance beside the old one, which is stopped {=0} s after the new one is live",
    "ganha uma instância nova ao lado da antiga, que para {=0} s depois que a nova está no ar",
  ],
  [
    "gets a new instance beside the old one, which is stopped {=0} s after the new one runs, which is all that Render asks of a worker",
    "ganha uma instância nova ao lado da antiga, que para {=0} s depois que a nova funciona, que é tudo o que a Render pede de um worker",
  ],
  [
    "gets another one beside it, and is drained when that is ready",
    "ganha outro ao lado, e é esvaziado quando esse está pronto",
  ],
  [
    "gets new replicas beside the old ones, which are stopped {=0} s after those are ready",
    "ganha réplicas novas ao lado das antigas, que param {=0} s depois que as novas estão prontas",
  ],
  [
    "gets new tasks beside the old ones, which are stopped when those are healthy",
    "ganha tarefas novas ao lado das antigas, que param quando as novas estão saudáveis",
  ],
  [
    "about the last second, or two while its volume is slow, if it or its machine dies; a redeploy loses nothing, but nobody reaches it meanwhile",
    "mais ou menos o último segundo, ou dois quando o volume está lento, se ele ou a máquina morrer; um novo deploy não perde nada, mas ninguém o alcança enquanto isso",
  ],
  [
    "about the last second, or two while the disk is slow, if the machine or redis-server dies",
    "mais ou menos o último segundo, ou dois quando o disco está lento, se a máquina ou o redis-server morrer",
  ],
  [
    "about the last second, when the instance dies: its append-only file is synced every second",
    "mais ou menos o último segundo, quando a instância morre: o arquivo append-only é gravado a cada segundo",
  ],
  [
    "everything since the last daily snapshot, if its one node dies",
    "tudo desde o último snapshot diário, se o único nó morrer",
  ],
  ["everything, when the instance restarts", "tudo, quando a instância reinicia"],
  [
    "what was not yet copied to a replica, if the node that leads dies",
    "o que ainda não foi copiado a uma réplica, se o nó que lidera morrer",
  ],
  [
    "what was not yet copied to another replica, if the one that leads dies",
    "o que ainda não foi copiado a outra réplica, se a que lidera morrer",
  ],
  [
    "what was not yet on the disk of its one machine, if that one dies",
    "o que ainda não estava no disco da única máquina, se ela morrer",
  ],
];
