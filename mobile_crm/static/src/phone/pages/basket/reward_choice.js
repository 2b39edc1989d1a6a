import { Component } from "@odoo/owl";

/** Which of several products somebody wants as their reward; closed with its id. */
export class RewardChoice extends Component {
    static template = "phone.RewardChoice";
    static props = { close: Function, products: Array };
}
