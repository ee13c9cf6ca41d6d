import type { Phrases } from "../../phrases.ts";

/** What is to be said of the analysis's claims now. */
export const CLAIMS: Phrases = [
  ["none found", "nenhum encontrado"],
  ["{=0} in Virginia, {=1} in São Paulo.", "{=0} na Virgínia, {=1} em São Paulo."],
  [
    "{=0} with Redis OSS, {=1} with Valkey, which does the same.",
    "{=0} com Redis OSS, {=1} com Valkey, que faz o mesmo.",
  ],
  [
    "At {=0} per GB of logs and {=1} per GB sent, $5 are {=2} and {=3}, where it counts {=4} GB for Fly; {=5} a month are free.",
    "A {=0} por GB de logs e {=1} por GB enviado, US$ 5 são {=2} e {=3}, onde ela conta {=4} GB para a Fly; {=5} por mês são grátis.",
  ],
  [
    "One task, where Render's total has two services. It counts $10 of logs and transfer that so little does not need, and no way to the internet: a public address is {=0} for each task, NAT {=1}. Secrets and alarms are left out, and the load balancer of an API ({=2} and its addresses). One task that does everything, example aws-minimal: {=3} and what is used.",
    "Uma tarefa, onde o total da Render tem dois serviços. Ela conta US$ 10 de logs e transferência de que tão pouco não precisa, e nenhuma saída para a internet: um endereço público custa {=0} por tarefa, o NAT {=1}. Ficaram de fora segredos e alarmes, e o balanceador de uma API ({=2} e os endereços dele). Uma tarefa que faz tudo, exemplo aws-minimal: {=3} e o que for usado.",
  ],
  [
    "The same page has {=0} as its minimum, and this is one line of its {=1}. One process of Node computes on one vCPU: four of them in one task are idle.",
    "A mesma página tem {=0} como mínimo, e isto é uma linha dos seus {=1}. Um processo Node calcula em uma vCPU: quatro numa tarefa ficam paradas.",
  ],
  [
    "{=0} in Virginia, {=1} in São Paulo; with two minutes' notice, and at times there is none to be had.",
    "{=0} na Virgínia, {=1} em São Paulo; com dois minutos de aviso, e às vezes não há nenhuma.",
  ],
  [
    "Nobody gave a source, and none was found for this size: about {=0} for one year and {=1} for three, paid ahead.",
    "Ninguém deu uma fonte, e nenhuma foi encontrada para este tamanho: cerca de {=0} por um ano e {=1} por três, pagos adiantado.",
  ],
  [
    "No region of its own has it: Virginia, whose prices it uses, is {=0} from São Paulo, and São Paulo itself {=1}.",
    "Nenhuma região dela tem isso: a Virgínia, cujos preços ela usa, está a {=0} de São Paulo, e a própria São Paulo a {=1}.",
  ],
  [
    "By Little's law {=0} at once, each {=1} to {=2} s, are {=3} messages a second: the limit of {=4} is never reached. It takes {=5} turns at once.",
    "Pela lei de Little, {=0} ao mesmo tempo, cada uma de {=1} a {=2} s, são {=3} mensagens por segundo: o limite de {=4} nunca é alcançado. São precisas {=5} respostas ao mesmo tempo.",
  ],
  [
    "What is published: render {0} ({1}); railway {2} ({3}); fly {=4} ({5}); aws {=6} ({7}).",
    "O que está publicado: render {0} ({1}); railway {2} ({3}); fly {=4} ({5}); aws {=6} ({7}).",
  ],
  [
    "What it recommends, Render and Upstash, has no SLA on these plans, so nothing stands behind what customers were promised; Upstash has one with its Prod Pack alone ({=0} a month).",
    "O que ela recomenda, Render e Upstash, não tem SLA nestes planos, então nada garante o que foi prometido aos clientes; o Upstash só tem um com o Prod Pack ({=0} por mês).",
  ],
  [
    "From {=0} an hour on, the hours alone cost more than the whole bill of example aws-minimal. What an hour costs is an input: hourly_rate of a usage file.",
    "A partir de {=0} por hora, só as horas custam mais que toda a conta do exemplo aws-minimal. Quanto custa uma hora é um dado de entrada: hourly_rate de um arquivo de uso.",
  ],
  [
    "From {=0} an hour on, the hours alone cost more than the whole bill of example aws-minimal; at {=1} they are {=2} a month.",
    "A partir de {=0} por hora, só as horas custam mais que toda a conta do exemplo aws-minimal; a {=1} são {=2} por mês.",
  ],
  [
    "The hours are in none of its totals. What an hour costs is an input: hourly_rate of a usage file.",
    "As horas não estão em nenhum dos totais. Quanto custa uma hora é um dado de entrada: hourly_rate de um arquivo de uso.",
  ],
  [
    "The hours are in none of its totals; at {=0} they are {=1} a month.",
    "As horas não estão em nenhum dos totais; a {=0} são {=1} por mês.",
  ],
  [
    "Whoever pays in reais pays the rate of the day and IOF on top: both are inputs of oxy compare --currency BRL.",
    "Quem paga em reais paga a cotação do dia e o IOF por cima: os dois são dados de entrada de oxy compare --currency BRL.",
  ],
  [
    "A message of {=0} tokens read and {=1} written costs {=2} USD with gpt-4: from {=3} messages a month on the AI costs more than all of Render. The model decides the bill, not the host.",
    "Uma mensagem de {=0} tokens lidos e {=1} escritos custa {=2} USD com gpt-4: a partir de {=3} mensagens por mês a IA custa mais que toda a Render. Quem decide a conta é o modelo, não a hospedagem.",
  ],
  ["What the model costs is not known.", "Não se sabe quanto custa o modelo."],
  [
    "The price of Virginia. In São Paulo it is {=0}, and 256 MB are too little for this worker: 512 MB are {=1}, 1 GB {=2}.",
    "É o preço da Virgínia. Em São Paulo são {=0}, e 256 MB são pouco para este worker: 512 MB custam {=1}, 1 GB {=2}.",
  ],
  [
    "{=0} per GB a month. Snapshots, which are on unless turned off, are billed since 2026: {=1} per GB beyond the first {=2}.",
    "{=0} por GB por mês. Os snapshots, que ficam ligados se ninguém os desligar, são cobrados desde 2026: {=1} por GB além dos primeiros {=2}.",
  ],
  [
    "The price of North America. From São Paulo 5 GB are {=0}.",
    "É o preço da América do Norte. De São Paulo 5 GB custam {=0}.",
  ],
  [
    "One machine, where Render's $24 are two services. Two machines of 512 MB in São Paulo and a fixed Upstash: {=0} and what they send, beside {=1}.",
    "Uma máquina, onde os $24 da Render são dois serviços. Duas máquinas de 512 MB em São Paulo e um Upstash fixo: {=0} e o que enviam, ao lado de {=1}.",
  ],
  [
    "Its proxy starts machines by requests, and a worker gets none: at least one runs always. Its autoscaler by metrics is a machine of its own that never stops. Who sleeps holds no WhatsApp session.",
    "O proxy liga máquinas por requisições, e um worker não recebe nenhuma: pelo menos uma roda sempre. O autoscaler por métricas é outra máquina que nunca para. Quem dorme não mantém uma sessão de WhatsApp.",
  ],
  ["Nobody published that. Its SLA is {=0}, {1}.", "Ninguém publicou isso. O SLA dela é {=0}, {1}."],
  ["Nobody published that. Its SLA is {=0}.", "Ninguém publicou isso. O SLA dela é {=0}."],
  [
    "No proxy divides the work of queue workers, and a WhatsApp session lives in one process alone. What can be divided is who owns which shards of the organizations: that is what shares of a fleet are.",
    "Nenhum proxy divide o trabalho de workers de fila, e uma sessão de WhatsApp vive num só processo. O que se pode dividir é quem tem quais fatias das organizações: é isso a parcela de uma frota.",
  ],
  [
    "There is no such page, and there never was one under that path.",
    "Essa página não existe, e nunca existiu nesse endereço.",
  ],
  [
    "A worker is a service without a domain, and a Redis is one in the same project. Example railway: {=0} a month at the messages given; the account's plan is paid at the least, {=1} for Hobby and {=2} for Pro. What does need care: a service gets 0 s to stop unless told, so this plan sets up to {=3}.",
    "Um worker é um serviço sem domínio, e um Redis é outro no mesmo projeto. Exemplo railway: {=0} por mês com as mensagens dadas; paga-se ao menos o plano da conta, {=1} no Hobby e {=2} no Pro. O que exige cuidado: um serviço tem 0 s para parar se ninguém disser, então este plano define até {=3}.",
  ],
  [
    "{=0} per GB a month, then {=1}; and replicas cannot have one.",
    "{=0} por GB por mês, na época {=1}; e réplicas não podem ter um.",
  ],
  [
    "No number was given, and none was found that could be compared. A guide for workers names BullMQ.",
    "Nenhum número foi dado, e nenhum comparável foi encontrado. Um guia para workers cita o BullMQ.",
  ],
  [
    "starter or {=0} {=1}, standard or {=2} {=3}, pro or {=4} {=5} a month.",
    "starter ou {=0} {=1}, standard ou {=2} {=3}, pro ou {=4} {=5} por mês.",
  ],
  [
    "The same services with Upstash's plan of that price: {=0}, and what they send. It leaves out its own disk, the traffic ({=1} per GB since {=2}), and the workspace of plan Pro that a team needs ({=3}).",
    "Os mesmos serviços com o plano do Upstash desse preço: {=0}, e o que enviam. Ficam de fora o disco dela mesma, o tráfego ({=1} por GB desde {=2}) e o workspace do plano Pro de que um time precisa ({=3}).",
  ],
  [
    "Every paid type has 1 to {=0} instances. It was the disk that kept it at one.",
    "Todo tipo pago tem de 1 a {=0} instâncias. Era o disco que o prendia a uma.",
  ],
  [
    "Scaling by itself is of the workspace, not of the instance type: plan Pro, {=0} a month, then {=1} for each user. It goes by CPU and memory, never by the length of a queue.",
    "Escalar sozinho é do workspace, não do tipo de instância: plano Pro, {=0} por mês, na época {=1} por usuário. Vai por CPU e memória, nunca pelo tamanho de uma fila.",
  ],
  [
    "It has 2 CPUs and 4 GB; that they are dedicated is said nowhere.",
    "Tem 2 CPUs e 4 GB; que sejam dedicados não está dito em lugar nenhum.",
  ],
  [
    "Impossible: a disk is of one service, of one instance of it. This worker keeps sessions in its store.",
    "Impossível: um disco é de um serviço, de uma instância dele. Este worker guarda as sessões no Redis.",
  ],
  [
    "With a disk the old instance stops before the new one starts, so each deploy is a gap. It is killed 30 s after SIGTERM, or up to {=0} s where that is set.",
    "Com um disco a instância antiga para antes de a nova começar, então cada deploy é uma interrupção. Ela é morta 30 s depois do SIGTERM, ou até {=0} s onde isso é definido.",
  ],
  [
    "Render asks web services only; a background worker takes no traffic at all, so nobody ever asks there.",
    "A Render só testa serviços web; um background worker não recebe tráfego nenhum, então ninguém pergunta ali.",
  ],
  [
    "A choice: there are {=0} regions ({=1}). Oregon is {=2} from São Paulo, Virginia {=3}.",
    "Uma escolha: há {=0} regiões ({=1}). Oregon está a {=2} de São Paulo, a Virgínia a {=3}.",
  ],
  [
    "The wrong product: that plan was found on Fly's page alone, which had it until {=0}. Upstash itself has fixed plans since {=1}, 250 MB for {=2} without a count of commands.",
    "O produto errado: esse plano só foi encontrado na página da Fly, que o teve até {=0}. O próprio Upstash tem planos fixos desde {=1}, 250 MB por {=2} sem contar comandos.",
  ],
  [
    "Three idle workers of BullMQ send {=0} commands a month without one job, {=1} times as many: {=2}. With those inside scripts it is {=3} commands: {=4}. Which of the two Upstash bills is not settled.",
    "Três workers ociosos do BullMQ enviam {=0} comandos por mês sem um só job, {=1} vezes mais: {=2}. Com os de dentro dos scripts são {=3} comandos: {=4}. Qual dos dois o Upstash cobra não está decidido.",
  ],
  [
    "Of {=0} it saves {=1} a month at the best, or it costs {=2} more; each message comes on top. Upstash's own page for BullMQ recommends the fixed plan.",
    "De {=0} ela economiza no melhor caso {=1} por mês, ou custa {=2} a mais; cada mensagem vem por cima. A própria página do Upstash para BullMQ recomenda o plano fixo.",
  ],
  ["What either plan costs is not known.", "Não se sabe quanto custa nenhum dos dois planos."],
  ["{=0} per 100,000 commands.", "{=0} por 100.000 comandos."],
  [
    "A budget that is spent slows the database down until the month ends, and without a budget the bill has no end.",
    "Um orçamento gasto deixa o banco lento até o fim do mês, e sem orçamento a conta não tem fim.",
  ],
];
