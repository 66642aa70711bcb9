/** External ids are the estate's numbers in Lavanda's dress. */
interface IdForm {
  toExternal(id: number): string;
  /** Null where that is no id of this kind. */
  toInternal(externalId: string): number | null;
}

export const bookingIds = idForm('bk_', 7000);
export const conversationIds = idForm('cv_', 9000);
export const messageIds = idForm('ms_', 0);
export const participantIds = idForm('pt_', 30);
export const listingIds = idForm('ls_', 50);
export const leadIds = idForm('ld_', 80);
export const contactIds = idForm('ct_', 0);
/** Plain numbers as text, as webhook payloads show them. */
export const workspaceIds = idForm('', 41);

function idForm(prefix: string, offset: number): IdForm {
  return {
    toExternal: (id) => `${prefix}${id + offset}`,
    toInternal(externalId) {
      const digits = externalId.startsWith(prefix) ? externalId.slice(prefix.length) : '';
      return /^\d{1,15}$/.test(digits) ? Number(digits) - offset : null;
    },
  };
}
