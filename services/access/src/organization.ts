/** The one organization of an installation: the root of every resource. */
export const organizationId = 'org_main';
