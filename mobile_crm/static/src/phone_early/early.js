// @odoo-module ignore
/*
 * What takes a while and needs nothing of the app, done while the app is on its way: browsers read what they know of
 * languages and time zones when it is first asked for, which takes a phone longer than drawing a page.
 */
new Intl.DateTimeFormat(undefined, { hour: "numeric" }).format();
new Intl.NumberFormat(undefined, { style: "currency", currency: "EUR" }).format(1);
new Intl.Collator().compare("a", "b");
