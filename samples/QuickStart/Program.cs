Console.WriteLine("StreamLog");
