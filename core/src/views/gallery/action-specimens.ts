import type { Render, Specimen, SpecimenGroup } from './specimen.js';

/** Buttons, links, menus and dialogs. */
export function actionSpecimens(render: Render): SpecimenGroup {
  const made: Specimen[] = [
    {
      partial: 'ui-dialog',
      context: {
        id: 'dialog-example',
        title: 'Close the deal',
        body: render('ui-alert', { text: 'It stays in the reports.' }),
      },
    },
    {
      partial: 'ui-dialog-content',
      state: 'as the server sends it',
      context: { title: 'Edit accounts', body: render('ui-submit', { label: 'Apply' }) },
    },
  ];
  return { id: 'actions', title: 'Actions', specimens: [...plain, ...made] };
}

const menuGroups = [
  {
    items: [
      { label: 'Edit', icon: 'pencil', href: '#ui-menu' },
      { label: 'Duplicate', icon: 'copy', href: '#ui-menu' },
    ],
  },
  { label: 'Danger', items: [{ label: 'Move to trash', icon: 'trash', action: '/dev/ui', isDanger: true }] },
];

const viewLinks = [
  { label: 'List', icon: 'list', href: '#ui-segmented', isCurrent: true },
  { label: 'Board', icon: 'layout-kanban', href: '#ui-segmented' },
];

const tabs = [
  { label: 'Overview', href: '#ui-tabs', isCurrent: true },
  { label: 'Deals', href: '#ui-tabs', count: 6 },
  { label: 'Files', href: '#ui-tabs', count: 0 },
];

const plain: readonly Specimen[] = [
  { partial: 'ui-button', state: 'plain', context: { label: 'Export', icon: 'download' } },
  { partial: 'ui-button', state: 'primary', context: { label: 'New deal', icon: 'plus', variant: 'primary' } },
  { partial: 'ui-button', state: 'ghost, small', context: { label: 'Show all', variant: 'ghost', size: 'small' } },
  { partial: 'ui-button', state: 'danger', context: { label: 'Delete', icon: 'trash', variant: 'danger' } },
  { partial: 'ui-button', state: 'disabled', context: { label: 'Merge', isDisabled: true } },
  { partial: 'ui-submit', context: { label: 'Save account' } },
  { partial: 'ui-link-button', context: { label: 'Import', icon: 'file-import', href: '#ui-link-button' } },
  { partial: 'ui-icon-button', context: { label: 'Edit', icon: 'pencil', href: '#ui-icon-button' } },
  { partial: 'ui-post-button', context: { label: 'Enable', action: '/dev/ui', icon: 'plug-connected' } },
  {
    partial: 'ui-menu',
    state: 'of one icon',
    context: { id: 'menu-more', label: 'More', icon: 'dots', groups: menuGroups },
  },
  {
    partial: 'ui-menu',
    state: 'with a label',
    context: { id: 'menu-sort', label: 'Sort', size: 'small', isStart: true, groups: menuGroups },
  },
  {
    partial: 'ui-dialog-button',
    context: { label: 'Close this deal…', dialogId: 'dialog-example', variant: 'primary' },
  },
  { partial: 'ui-segmented', context: { label: 'View as', items: viewLinks } },
  { partial: 'ui-tabs', context: { label: 'Account', items: tabs } },
  {
    partial: 'ui-breadcrumbs',
    context: {
      label: 'Example',
      items: [{ label: 'Accounts', href: '#ui-breadcrumbs' }, { label: 'Northwind Robotics' }],
    },
  },
];
