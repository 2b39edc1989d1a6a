import { Component } from "@odoo/owl";

/** Short notices: over the page, or in the sheet that lies over it, for what is below a sheet is out of reach. */
export class Notices extends Component {
    static template = "phone.Notices";
    static props = { notices: Array };

    run({ number, action }) {
        const { router, ui } = this.env;
        const { path } = router.current;
        ui.dismiss(number);
        action.run();
        if (router.current.path !== path) {
            // What was asked on the page before needs no answer any more.
            [...ui.state.sheets].forEach((sheet) => sheet.close());
        }
    }
}
