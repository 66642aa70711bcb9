import type { Phrases } from './phrases.ts';

export const english: Phrases = {
  firstNames: ['Olivia', 'James', 'Priya', 'Connor', 'Grace', 'Malik'],
  lastNames: ['Bennett', 'Okafor', 'Walsh', 'Sharma', 'Whitfield', 'Doyle'],
  welcome:
    'Hi {name}, thank you for choosing {property}! You will get your door code on the morning of your arrival. Write to us here any time.',
  interest:
    'Hi {name}, thank you for your interest in {property}! Tell us a little about your plans and we will find the right flat.',
  exchanges: {
    checkIn: {
      ask: 'Hello! What time can we check in, and is there someone at the front desk?',
      answer: 'Check-in is from 3 pm. There is no desk: the code we send you opens the front door and the flat.',
      close: 'Perfect, that makes it easy. See you then!',
    },
    parking: {
      ask: 'Is parking included? We are coming with a fairly tall van.',
      answer: 'There is one space in the courtyard, free for you. The gate is 2.4 m high, would that do?',
      close: 'The van is 2.1 m, so that works. Thanks!',
    },
    wifi: {
      ask: 'The wifi keeps dropping in the bedroom and I have a video call at nine tomorrow. Can you help?',
      answer:
        'Sorry about that! Please unplug the router in the hall for ten seconds. If it is not better, we will bring a repeater tonight.',
      close: 'Did that, and it has been stable for an hour now. Thank you.',
    },
    lateArrival: {
      ask: 'Our flight was moved and we only land at 23:40. Can we still get in?',
      answer:
        'No problem at all, come whenever you like: the key safe is to the left of the door and your code works all night.',
      close: 'What a relief, thank you so much.',
    },
    heating: {
      ask: 'Hi, the radiators are stone cold and there is an error E4 on the boiler. We have a small child with us.',
      answer:
        'I am very sorry. Our engineer is on his way and should be with you within the hour; there are two electric heaters in the cupboard.',
      close: 'He has just left and it is getting warm. Brilliant service.',
    },
    luggage: {
      ask: 'Could we leave our bags somewhere between check-out and our train at six?',
      answer:
        'Of course. The locker room on the ground floor is free for guests, the code is the same as for your door.',
      close: 'Lovely, we will do that.',
    },
    pets: {
      ask: 'Would you mind a small, very lazy dog?',
      answer: 'Lazy dogs are our favourite guests. There is a one-off fee of 25 for the extra cleaning.',
      close: 'Fair enough. Biscuit says thank you!',
    },
    longStay: {
      ask: 'I am moving for work and would like to stay for about eleven months. Are bills included, and could I see the flat first?',
      answer:
        'Bills and broadband are included up to a fair-use limit. We can show you round on Thursday at 17:30 or Saturday morning.',
      close: 'Thursday at 17:30 suits me. I will bring the references you asked for.',
    },
  },
  toQuestion: [
    'Yes, that would be great.',
    'I think so, let me check with my partner and get back to you.',
    'No, that is all for now, thanks for asking!',
  ],
  toStatement: ['Thank you, that is very kind.', 'Great, noted!', 'Perfect, thanks for the quick reply.'],
  spontaneous: [
    'Quick one: is there a hairdryer in the flat?',
    'Just to say we had a wonderful time. We will be back!',
    'The people upstairs are having quite a party. Could you have a word with them?',
    'We have just found a pair of glasses under the sofa. Where shall we leave them?',
    'Is there a supermarket nearby that is open on Sunday?',
  ],
};
