import type { Deed } from './deed.ts';
import * as guests from './guest-deeds.ts';
import * as hosts from './host-deeds.ts';
import * as sends from './send-deeds.ts';

/** A deed, and the points at which a server is killed while it is done. */
export interface Scenario {
  readonly name: string;
  readonly deed: Deed;
  readonly points: readonly string[];
}

const commit = (name: string) => [`before commit of ${name}`, `after commit of ${name}`];
const write = (name: string) => [`before write of ${name}`, `after write of ${name}`];
const call = (name: string) => [`before call of ${name}`, `after call of ${name}`];

/** A request whose answer is lost, with or without what was asked having been done; and how the simulator calls those that send. */
const cut = (effect: boolean) => ({ kind: 'cut' as const, effect });
const operation = 'sendMessage';

/** What is done at one provider's desk. A point is named where it is best seen what a death there does. */
export const scenarios: Readonly<Record<string, readonly Scenario[]>> = {
  'bookingcom-connectivity': [
    {
      name: 'a guest writes, and the queue is confirmed by count',
      deed: guests.guest,
      points: [
        ...[...call('pull'), ...commit('ingest'), ...call('confirm'), ...write('clearReceipt')],
        ...[...call('conversations'), ...commit('noteContact'), ...write('claimAccount')],
      ],
    },
    { name: 'the answer to a confirm is lost', deed: guests.confirmLost, points: write('requestSweep') },
    {
      name: 'a message is sent',
      deed: sends.sending({ operation }),
      points: [
        ...[...commit('enqueue'), 'before answer to a caller', ...commit('claimSends')],
        ...[...call('send'), ...commit('settle')],
      ],
    },
    {
      name: 'a message goes out, and nobody hears of it',
      deed: sends.sending({ operation, fault: cut(true) }),
      points: write('claimUnknown'),
    },
    {
      name: 'a message is lost on the way',
      deed: sends.sending({ operation, fault: cut(false) }),
      points: write('recordAbsence'),
    },
    { name: 'a refused message is tried again', deed: sends.retrying({ operation }), points: commit('retryMessage') },
    { name: 'a file is uploaded and sent', deed: sends.upload, points: [...call('upload'), ...write('noteUpload')] },
    {
      name: 'a guest sends a picture',
      deed: guests.pictured,
      points: [...call('describeAttachment'), ...commit('describeFile')],
    },
    {
      name: 'a thread is marked as read',
      deed: hosts.markRead,
      points: [...call('markRead'), ...commit('markMessagesRead')],
    },
    {
      name: 'a thread is said to need no answer',
      deed: hosts.noReply,
      points: [...call('setNoReplyNeeded'), ...commit('noteOf')],
    },
    {
      name: 'a message is told by a webhook',
      deed: guests.told,
      points: [...write('recordDelivery'), 'before answer to a provider'],
    },
    // The last: its provider asks to be left alone for a while.
    { name: 'a message is taken back', deed: sends.cancelling({ operation }), points: commit('cancelMessage') },
  ],
  bookingsync: [
    {
      name: 'a token is refreshed, and its successor stored',
      deed: guests.expired,
      points: [...write('takeMemory'), ...write('writeMemory'), ...write('takeRequest'), ...write('noteBudget')],
    },
    { name: 'a webhook hints at a message', deed: guests.hinted, points: ['before answer to a provider'] },
    {
      name: 'a message is sent in several requests',
      deed: sends.sending({ operation: 'send' }),
      points: [...call('send'), 'after commit of claimSends'],
    },
    { name: 'a thread is closed', deed: hosts.close, points: call('setClosed') },
  ],
  lavanda: [
    {
      name: 'an account is connected and imported',
      deed: hosts.connect,
      points: [
        ...[...write('insertAccount'), ...call('verify'), ...commit('goLive'), ...write('removeAccount')],
        ...[...commit('beginWalk'), ...call('sweep'), ...commit('finishWalk')],
      ],
    },
    {
      name: 'an account is disconnected and connected again',
      deed: hosts.reconnect,
      points: [...commit('disconnectAccount'), ...commit('reconnectAccount')],
    },
    { name: 'a guest writes where there is no change feed', deed: guests.guest, points: call('glance') },
    { name: 'a message is marked as urgent', deed: hosts.mark, points: commit('updateMarks') },
    {
      name: 'somebody is erased',
      deed: hosts.erase,
      points: [...commit('beginErasure'), ...commit('continueErasure')],
    },
  ],
};

/** Passed in a server's own time, whatever is done: it dies there when it starts, or when it is told to stop. */
export const ownTime = {
  starting: [
    ...[...commit('noticeRestore'), ...write('renewAccounts')],
    ...[...write('pruneKeys'), ...write('pruneDeliveries'), ...write('pruneBudgets'), ...write('pruneUnverified')],
  ],
  stopping: write('releaseAccounts'),
} as const;

/** Only servers that share a database have something to say to each other. */
export const publishing: Scenario = {
  name: 'a guest writes, and the other servers are told',
  deed: guests.guest,
  points: ['before publish', 'after publish'],
};

/** What writes, or asks a provider, and needs no death of its own. */
export const exempt: Readonly<Record<string, string>> = {
  ensureTenant: 'a command line, begun again by who typed it',
  issueToken: 'one statement; where its answer is lost the token is listed, and can be revoked',
  revokeToken: 'one statement, made again by who did not hear of it',
  noteTokenUse: 'one statement, made again by the next use',
  checkKeys: 'one statement, made again by the next start',
  rotateKeys: 'a command line, begun again by who typed it: what it has sealed anew it passes over',
  renewEpochs: 'a command line, begun again by who typed it',
  dropMemory: 'gives back what runs out by itself',
  pruneEvents: 'one statement, which the next turn makes again',
  eraseOldMessages: 'one transaction, whose rest the next turn finds again',
  forgetOldPeople: 'one transaction, whose rest the next turn finds again',
  setKeepDays: 'one statement, made again by who did not hear of it',
  bringTombstones: 'a command line, begun again by who typed it',
  closeThreads: 'one statement; its thread is found again by the next turn',
  hastenSends: 'one statement; without it the messages fall due by themselves',
  noteSilence: 'one statement; whoever asks in spite of it is told again',
  postponeThreads: 'one statement; its thread is found again by the next turn',
  restartThread: 'one statement; its thread is found again by the next turn',
  notePropertyOfBooking: 'one statement, made again by the next one who looks',
  messages: 'a read, like that of conversations',
  findConversation: 'a read, like that of conversations',
  bookings: 'a read, like that of conversations',
  download: 'a read, like that of conversations',
};
