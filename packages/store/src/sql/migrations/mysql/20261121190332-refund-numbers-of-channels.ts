import { Migration } from "@mikro-orm/migrations";

export class Migration20261121190332_refund_numbers_of_channels extends Migration {
  override name = "Migration20261121190332_refund_numbers_of_channels";

  override up(): void | Promise<void> {
    this.addSql(`alter table \`refund\` modify \`refund_no\` varchar(64) not null;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table \`refund\` modify \`refund_no\` varchar(32) not null;`);
  }
}
