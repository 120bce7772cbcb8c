module blink #(
  parameter DIR = "./"
) (
  input wire clk,
  input wire reset,
  input wire en,
  input wire [15:0] data,
  output wire led,
  output wire [7:0] last
);
(* src = "blink.sn:2.3" *) reg [3:0] main_count;
(* ram_style = "block" *) reg [15:0] log [0:3];
initial $readmemh({DIR, "blink_log.hex"}, log);
reg [15:0] log_read;
`ifndef SYNTHESIS
initial log_read = 16'h0000;
`endif
(* src = "blink.sn:2.3" *) wire led_value;
assign led_value = main_count == 4'hf;
(* src = "blink.sn:2.3" *) wire [3:0] main_count_next;
assign main_count_next = main_count + 4'h1;
wire [1:0] main_count_1_0 = main_count[1:0];
wire [7:0] log_read_7_0 = log_read[7:0];
always @(posedge clk)
  if (reset) begin
    main_count <= 4'h9;
  end else begin
    if (en) begin
      if (led_value) begin
        main_count <= 4'h0;
      end else begin
        main_count <= main_count_next;
      end
    end
  end
always @(posedge clk) begin
  if (!reset) begin
    if (led_value) begin
      begin if (main_count_1_0[0]) log[main_count_1_0][7:0] <= data[7:0]; if (main_count_1_0[1]) log[main_count_1_0][15:8] <= data[15:8]; end
    end
  end
  if (en) log_read <= log[main_count_1_0];
end
assign led = led_value;
assign last = log_read_7_0;
wire unused = &{1'b0, log_read[15:8]};
endmodule
