/** Advisory lock of the process that watches the folder. */
export const LEADER_LOCK = 'sketch-search watch'
