import type { Phrases } from './phrases.ts';

export const portuguese: Phrases = {
  firstNames: ['João', 'Inês', 'Rafael', 'Conceição', 'Tomás', 'Beatriz'],
  lastNames: ['Gonçalves', 'Pereira', 'Simões', 'Araújo', 'Magalhães', 'Lobão'],
  welcome:
    'Olá {name}, obrigado por escolher {property}! Receberá o código da porta na manhã da chegada. Escreva-nos por aqui a qualquer hora.',
  interest: 'Olá {name}, obrigado pelo interesse em {property}! Conte-nos o que procura.',
  exchanges: {
    checkIn: {
      ask: 'Bom dia! A que horas podemos fazer o check-in?',
      answer: 'A partir das 15h. O código abre a porta do prédio e a do apartamento.',
      close: 'Ótimo, até sexta!',
    },
    parking: {
      ask: 'O apartamento tem estacionamento? O nosso carro é bastante comprido.',
      answer: 'Sim, há um lugar na garagem com 5,20 m. Dá para o seu?',
      close: 'Dá perfeitamente, obrigada.',
    },
    wifi: {
      ask: 'A internet caiu e tenho uma reunião daqui a pouco. Podem ajudar?',
      answer: 'Pedimos desculpa! Desligue o router durante dez segundos, por favor; costuma bastar.',
      close: 'Voltou, muito obrigado!',
    },
    lateArrival: {
      ask: 'O nosso voo só aterra às 23h50. Ainda conseguimos entrar?',
      answer: 'Claro, o seu código funciona a noite inteira. Boa viagem!',
      close: 'Que bom, ficamos mais descansados.',
    },
    heating: {
      ask: 'O aquecimento não está a funcionar e as noites estão frias. O que podemos fazer?',
      answer: 'Lamentamos muito. O técnico passa hoje até às 18h; há um aquecedor no roupeiro.',
      close: 'Já está tudo quentinho, obrigado.',
    },
    luggage: {
      ask: 'Podemos deixar a bagagem depois da saída, até ao fim da tarde?',
      answer: 'Com certeza, a sala das bagagens fica no rés do chão e está aberta até às 20h.',
      close: 'Perfeito, obrigada!',
    },
    pets: {
      ask: 'Aceitam animais? Temos um cachorro muito sossegado.',
      answer: 'Aceitamos, sim! Há só uma taxa de 25 € para a limpeza.',
      close: 'Combinado.',
    },
    longStay: {
      ask: 'Procuro um apartamento mobilado para dez meses. As despesas estão incluídas?',
      answer: 'Estão, com internet. Quer visitar na quinta às 17h30?',
      close: 'Quinta às 17h30 está ótimo. Levo os recibos de vencimento.',
    },
  },
  toQuestion: ['Sim, por favor.', 'Vou confirmar com o meu marido e já digo.', 'Não, está tudo bem, obrigada!'],
  toStatement: ['Muito obrigado pela ajuda.', 'Combinado, obrigada!', 'Perfeito, fico à espera.'],
  spontaneous: [
    'Há alguma padaria aberta ao domingo aqui perto?',
    'Chegámos bem, a casa é ainda mais bonita do que nas fotografias.',
    'Esqueci-me de um carregador na mesa de cabeceira. Conseguem enviá-lo?',
    'Onde fica o quadro da luz?',
  ],
};
