/*
 * Two lists that look alike: by which way a message travels, and where it came from (reference, "Enumerations", with the values of
 * the open pull request 401).
 */

export const channels: readonly string[] = ['airbnb', 'homeaway', 'email', 'booking-com', 'vrbo', 'expedia'];

export const origins: readonly string[] = [
  ...['bookingsync_inbox', 'airbnb_message', 'airbnb_email', 'booking-com', 'homeaway', 'tripadvisor', 'email'],
  ...['messenger', 'whatsapp', 'inquiry', 'sms', 'vrbo', 'expedia'],
];

export const visibilities: readonly string[] = ['internal', 'external'];

/** The channel's name here; ways that nobody has listed keep theirs. */
export function channelFor(worldChannel: string): string {
  return worldChannel === 'booking.com' ? 'booking-com' : worldChannel;
}

/** Where a guest's message on that channel comes from. */
export function originOf(channel: string): string {
  return channel === 'airbnb' ? 'airbnb_message' : channel;
}

/** Applications that make conversations; ids differ from one environment to another. */
export const applications: readonly { readonly id: number; readonly name: string; readonly channel: string }[] = [
  { id: 65, name: 'Airbnb', channel: 'airbnb' },
  { id: 66, name: 'Booking.com', channel: 'booking-com' },
  { id: 67, name: 'HomeAway', channel: 'homeaway' },
  { id: 68, name: 'Vrbo', channel: 'vrbo' },
  { id: 69, name: 'Expedia', channel: 'expedia' },
];

/** The application that asks, as the list of them shows it. */
export const ownApplication = { id: 90, name: 'Parley (simulated)' } as const;

/** Where bookings come from. */
export const sources: readonly { readonly id: number; readonly name: string }[] = [
  ...[{ id: 4, name: 'Airbnb' } as const, { id: 5, name: 'Booking.com' } as const],
  ...[{ id: 6, name: 'HomeAway' } as const, { id: 7, name: 'Vrbo' } as const],
  ...[{ id: 8, name: 'Expedia' } as const, { id: 9, name: 'Direct' } as const],
];
