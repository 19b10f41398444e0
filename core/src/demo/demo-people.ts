import type { RolePreset } from '@trellis-crm/sdk';

/** Somebody of the demo company: one for each role, the admin first. */
export interface DemoPerson {
  readonly role: RolePreset;
  readonly name: string;
  readonly email: string;
  readonly jobTitle: string;
  /** Name of the primary team. */
  readonly team: string;
  readonly isManager: boolean;
}

/** Teams of the demo company. */
export const demoTeams: readonly string[] = ['Sales North', 'Sales South'];

/** The domain is reserved: mail to it reaches nobody. */
export const demoPeople: readonly DemoPerson[] = [
  {
    role: 'admin',
    name: 'Maya Lindqvist',
    email: 'maya.lindqvist@demo.example',
    jobTitle: 'Head of operations',
    team: 'Sales North',
    isManager: false,
  },
  {
    role: 'manager',
    name: 'Jonas Weber',
    email: 'jonas.weber@demo.example',
    jobTitle: 'Sales manager',
    team: 'Sales North',
    isManager: true,
  },
  {
    role: 'user',
    name: 'Aiko Tanaka',
    email: 'aiko.tanaka@demo.example',
    jobTitle: 'Account executive',
    team: 'Sales South',
    isManager: false,
  },
  {
    role: 'read-only',
    name: 'Samuel Okafor',
    email: 'samuel.okafor@demo.example',
    jobTitle: 'Controller',
    team: 'Sales South',
    isManager: false,
  },
];
