/** Where a column of a well-known name goes, if the entity has such a field. */
export interface WordTarget {
  /** Path as in a plan. */
  readonly field: string;
  readonly constants?: Readonly<Record<string, string>>;
  /** Place within a name that several columns make up. */
  readonly place?: number;
}

/** What columns of address books and other systems are called, in several languages: letters and digits only, in lower case. */
const words: readonly (readonly [string, readonly WordTarget[]])[] = [
  [
    'fullname contactname displayname vollername kontaktname nomcomplet nombrecompleto 姓名 名称 联系人',
    [{ field: 'name' }, { field: 'participants.core.contact' }],
  ],
  ['contact contactperson kontakt ansprechpartner', [{ field: 'participants.core.contact' }]],
  ['firstname givenname vorname prenom nombre forename 名', [{ field: 'name', place: 1 }]],
  ['middlename zweitervorname', [{ field: 'name', place: 2 }]],
  [
    'lastname familyname surname nachname familienname apellido apellidos nomdefamille 姓',
    [{ field: 'name', place: 3 }],
  ],
  [
    'company companyname organisation organization organizationname organisationname firma unternehmen firmenname entreprise societe empresa 公司 公司名称 单位 客户 客户名称',
    [{ field: 'account' }, { field: 'accounts' }, { field: 'links.core.account' }, { field: 'name' }],
  ],
  [
    'account accountname customer customername kunde kundenname',
    [{ field: 'account' }, { field: 'accounts' }, { field: 'links.core.account' }, { field: 'name' }],
  ],
  [
    'email emailaddress mail mailadresse emailadresse courriel correo 邮箱 电子邮件 电子邮箱',
    [{ field: 'emails' }, { field: 'email' }],
  ],
  [
    'workemail businessemail emailwork emailgeschaeftlich',
    [{ field: 'emails.1.email', constants: { kind: 'work' } }, { field: 'email' }],
  ],
  [
    'privateemail homeemail personalemail emailprivat emailhome',
    [{ field: 'emails.2.email', constants: { kind: 'private' } }],
  ],
  [
    'phone phonenumber telephone tel telefon telefonnummer rufnummer telephonenumber telefono 电话 联系电话 电话号码',
    [{ field: 'phones' }, { field: 'phone' }],
  ],
  [
    'workphone businessphone officephone phonework telefongeschaeftlich 办公电话',
    [{ field: 'phones.1.phone', constants: { kind: 'work' } }, { field: 'phone' }],
  ],
  [
    'mobile mobilephone cell cellphone handy mobil mobilnummer mobiltelefon portable movil 手机 手机号 手机号码',
    [{ field: 'phones.2.phone', constants: { kind: 'mobile' } }, { field: 'phone' }],
  ],
  ['homephone privatephone telefonprivat', [{ field: 'phones.3.phone', constants: { kind: 'private' } }]],
  ['fax faxnumber telefax businessfax 传真', [{ field: 'phones.4.phone', constants: { kind: 'fax' } }]],
  ['title jobtitle position role funktion berufsbezeichnung fonction cargo 职位 职务', [{ field: 'jobTitle' }]],
  ['url website web homepage webseite internet siteweb 网站 网址', [{ field: 'website' }]],
  ['domain companydomain companydomainname domaene 域名', [{ field: 'domains' }]],
  ['industry branche sector secteur 行业', [{ field: 'industry' }]],
  ['founded yearfounded established yearestablished gegruendet gruendungsjahr 成立年份', [{ field: 'foundedYear' }]],
  ['parentaccount parentcompany subsidiaryof muttergesellschaft 母公司 上级公司', [{ field: 'parent' }]],
  ['employees numberofemployees mitarbeiter mitarbeiterzahl headcount 员工人数', [{ field: 'employees' }]],
  ['revenue annualrevenue umsatz jahresumsatz turnover 年收入', [{ field: 'annualRevenue' }]],
  [
    'notes note comment comments remark remarks bemerkung notiz notizen description beschreibung 备注 描述',
    [{ field: 'description' }],
  ],
  ['street streetaddress address strasse straße anschrift adresse 地址 街道', [{ field: 'addresses.1.street' }]],
  ['zip zipcode postalcode postcode plz codepostal 邮编 邮政编码', [{ field: 'addresses.1.postalCode' }]],
  ['city town ort stadt ville ciudad 城市', [{ field: 'addresses.1.city' }]],
  ['state region province bundesland stateregion 省 省份', [{ field: 'addresses.1.region' }]],
  [
    'country countryregion officelocation land pays pais 国家',
    [{ field: 'country' }, { field: 'addresses.1.country' }],
  ],
  ['tag labels label categories category keywords schlagworte etiquettes etiquetas 标签', [{ field: 'tags' }]],
  [
    'owner accountowner contactowner salesagent salesrep besitzer verantwortlich zustaendig 负责人',
    [{ field: 'owner' }],
  ],
  ['phase dealstage pipelinestage 阶段', [{ field: 'stage' }]],
  ['value dealvalue betrag summe 金额', [{ field: 'amount' }]],
];

const targets: ReadonlyMap<string, readonly WordTarget[]> = new Map(
  words.flatMap(([names, found]) => names.split(' ').map((name) => [name, found] as const)),
);

/** Targets of a column by its {@link plainName}, the likeliest first. */
export function targetsOfWord(plain: string): readonly WordTarget[] {
  return targets.get(plain) ?? [];
}

/** A name without its case, marks and blanks. */
export function plainName(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '');
}
