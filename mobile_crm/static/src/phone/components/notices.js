import { Component } from "@odoo/owl";

/** Short notices: over the page, or in the sheet that lies over it, for what is below a sheet is out of reach. */
export class Notices extends Component {
    static template = "phone.Notices";
    static props = { notices: Array };
}
