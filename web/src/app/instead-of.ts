/** The picture that is left of a comparison, by the one that was moved to the trash: one step back, it is shown instead. */
export const insteadOf = new Map<string, string>()
