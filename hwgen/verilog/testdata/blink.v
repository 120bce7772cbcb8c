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
reg [15:0] n9;
`ifndef SYNTHESIS
initial n9 = 16'h0000;
`endif
(* src = "blink.sn:2.3" *) wire n4;
assign n4 = main_count == 4'hf;
(* src = "blink.sn:2.3" *) wire [3:0] n7;
assign n7 = main_count + 4'h1;
wire [1:0] n8 = main_count[1:0];
wire [7:0] n10 = n9[7:0];
always @(posedge clk)
  if (reset) begin
    main_count <= 4'h9;
  end else begin
    if (en) begin
      if (n4) begin
        main_count <= 4'h0;
      end else begin
        main_count <= n7;
      end
    end
  end
always @(posedge clk) begin
  if (!reset) begin
    if (n4) begin
      begin if (n8[0]) log[n8][7:0] <= data[7:0]; if (n8[1]) log[n8][15:8] <= data[15:8]; end
    end
  end
  if (en) n9 <= log[n8];
end
assign led = n4;
assign last = n10;
wire unused = &{1'b0, n9[15:8]};
endmodule
