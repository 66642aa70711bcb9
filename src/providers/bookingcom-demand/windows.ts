/** Days after check-out until which guests may write ("Managing messages": 66 days). */
export const WRITE_DAYS = 66;
/** Days after check-out until which conversations can be read (the same page: one year). */
export const READ_DAYS = 365;
